import { readPackets, type CaughtSegment as Segment, segmentOf } from '../../capture/index.ts';
import type { Address } from '../../core/address.ts';

/** What the client of a connection sent first. */
export interface CaughtClient {
  readonly bytes: Uint8Array;
  /** Its IP address. */
  readonly source: string;
  readonly destination: Address;
}

const SEQUENCES = 2 ** 32;

/**
 * The client of the first TCP connection in a pcap or pcapng file, with up to `bytesMax` of what it sent, put in order, up to
 * the first gap. Its side is the one that sends the first SYN, or the first bytes where no SYN was caught. In words why there
 * is none. Never throws.
 */
export function firstClient(file: Uint8Array, bytesMax: number): CaughtClient | string {
  const caught = readPackets(file);
  if (caught === null) return 'this is neither pcap nor pcapng';
  const segments = caught.packets.map(segmentOf).filter((segment) => segment !== null);
  const first =
    segments.find(({ isSyn, isAck }) => isSyn && !isAck) ??
    segments.find(({ payload }) => payload.length > 0);
  if (first === undefined) return 'there is no TCP connection in it';
  return {
    bytes: inOrder(segments, first, bytesMax),
    source: first.source,
    destination: { kind: 'tcp', host: first.destination, port: first.destinationPort },
  };
}

function inOrder(segments: readonly Segment[], first: Segment, bytesMax: number): Uint8Array {
  const begin = first.sequence + (first.isSyn ? 1 : 0);
  const bytes = new Uint8Array(bytesMax);
  const isThere = new Uint8Array(bytesMax);
  for (const segment of segments) {
    if (!isSameWay(segment, first)) continue;
    const { payload, sequence, isSyn } = segment;
    const at = (sequence + (isSyn ? 1 : 0) - begin + SEQUENCES) % SEQUENCES;
    if (at >= bytesMax) continue;
    const fitting = payload.subarray(0, bytesMax - at);
    bytes.set(fitting, at);
    isThere.fill(1, at, at + fitting.length);
  }
  const gap = isThere.indexOf(0);
  return bytes.subarray(0, gap < 0 ? bytesMax : gap);
}

function isSameWay(a: Segment, b: Segment): boolean {
  return (
    a.source === b.source &&
    a.sourcePort === b.sourcePort &&
    a.destination === b.destination &&
    a.destinationPort === b.destinationPort
  );
}
