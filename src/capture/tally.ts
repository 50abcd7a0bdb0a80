import type { PcapngBlock } from './block-reader.ts';
import { ACK, SYN } from './segment.ts';

/** Where things stand in a block of a packet, and how long headers without options are. */
const NIC_AT = 8;
const WHOLE_BYTES_AT = 24;
const PACKET_AT = 28;
const IPV4_BYTES = 20;
const IPV6_BYTES = 40;
const TCP_BYTES = 20;
const TCP_FLAGS_AT = 13;

/** What a capture of Sluice holds. */
export interface Tallied {
  readonly packets: number;
  /** That connections have carried, each counted once: as their clients' legs have them. */
  readonly payloadBytes: number;
  readonly connections: number;
}

/** Counts what is in blocks that Sluice has written for one capture. */
export class Tally implements Tallied {
  packets = 0;
  payloadBytes = 0;
  connections = 0;

  add({ bytes, at }: PcapngBlock): void {
    if (at === null) return;
    this.packets++;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (view.getUint32(NIC_AT, true) !== 0) return;
    const ipBytes = (bytes[PACKET_AT] ?? 0) >> 4 === 6 ? IPV6_BYTES : IPV4_BYTES;
    const flags = bytes[PACKET_AT + ipBytes + TCP_FLAGS_AT] ?? 0;
    if ((flags & (SYN | ACK)) === SYN) this.connections++;
    else
      this.payloadBytes += Math.max(
        0,
        view.getUint32(WHOLE_BYTES_AT, true) - ipBytes - tcpBytes(bytes, ipBytes),
      );
  }
}

/** Of the TCP header, which has options where it opens a connection. */
function tcpBytes(bytes: Uint8Array, ipBytes: number): number {
  const words = (bytes[PACKET_AT + ipBytes + 12] ?? 0) >> 4;
  return Math.max(TCP_BYTES, words * 4);
}
