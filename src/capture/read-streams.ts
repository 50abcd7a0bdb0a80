import type { Cut, Packet } from './caught.ts';
import { LEG_DESCRIPTIONS } from './pcapng.ts';
import { type CaughtHalf, HalfReader } from './read-half.ts';
import { readPackets } from './read-packets.ts';
import { type CaughtSegment, segmentOf } from './read-segment.ts';

/** Connections of a file that are read. Segments of further ones are counted. */
export const STREAMS_MAX = 100_000;

/** The leg of a connection through Sluice. */
export type LegName = keyof typeof LEG_DESCRIPTIONS;

/**
 * What tells who of two sides is the client: its SYN; in a file of Sluice the direction of the packet; else the ports, of
 * which that of a server is the lower one; where they are equal, who sends first.
 */
export type ClientKnownBy = 'syn' | 'direction' | 'port' | 'first';

/** A TCP connection of a file. */
export interface CaughtStream {
  /** `ip:port`, IPv6 in brackets. */
  readonly client: string;
  readonly server: string;
  readonly knownBy: ClientKnownBy;
  /** Whether its beginning is in the file. Where it is not, bytes may be missing before the first. */
  readonly hasSyn: boolean;
  /** Time of its first segment, in milliseconds. */
  readonly at: number;
  readonly up: CaughtHalf;
  readonly down: CaughtHalf;
}

/** The connections of a file in the order in which they begin. */
export interface CaughtStreams {
  readonly streams: readonly CaughtStream[];
  /** The leg that was read; null where the file is none of Sluice and all of it was. */
  readonly leg: LegName | null;
  /** Packets that are not whole segments of TCP. */
  readonly otherPackets: number;
  /** Segments left out by STREAMS_MAX. */
  readonly droppedSegments: number;
  readonly cut: Cut | null;
}

interface Reading {
  readonly client: string;
  readonly server: string;
  readonly knownBy: ClientKnownBy;
  readonly hasSyn: boolean;
  readonly at: number;
  readonly up: HalfReader;
  readonly down: HalfReader;
}

/**
 * The TCP connections of a pcap or pcapng file; null where it is neither. Of a file of Sluice, which has each connection
 * twice, the leg asked for. Keeps views of `file`. Never throws.
 */
export function readStreams(file: Uint8Array, leg: LegName): CaughtStreams | null {
  const caught = readPackets(file);
  if (caught === null) return null;
  const ofLeg = caught.packets.filter(({ nic }) => nic.description === LEG_DESCRIPTIONS[leg]);
  const isOfSluice = caught.packets.some(({ nic }) => legOf(nic.description) !== null);
  const reader = new StreamsReader();
  for (const packet of isOfSluice ? ofLeg : caught.packets) reader.take(packet);
  return { ...reader.done(), leg: isOfSluice ? leg : null, cut: caught.cut };
}

class StreamsReader {
  /** The latest connection of each pair of ends. */
  readonly #latest = new Map<string, Reading>();
  readonly #all: Reading[] = [];
  #otherPackets = 0;
  #droppedSegments = 0;

  take(packet: Packet): void {
    const segment = segmentOf(packet);
    if (segment === null) {
      this.#otherPackets++;
      return;
    }
    const [from, to] = [
      end(segment.source, segment.sourcePort),
      end(segment.destination, segment.destinationPort),
    ];
    const key = from < to ? `${from} ${to}` : `${to} ${from}`;
    const reading = this.#reading(key, from, to, segment, packet);
    if (reading === null) return;
    const isUp = reading.client === from;
    const [own, other] = isUp ? [reading.up, reading.down] : [reading.down, reading.up];
    own.take(segment, packet.at, other);
  }

  done(): Pick<CaughtStreams, 'streams' | 'otherPackets' | 'droppedSegments'> {
    return {
      streams: this.#all.map((reading) => ({ ...reading, up: reading.up.done(), down: reading.down.done() })),
      otherPackets: this.#otherPackets,
      droppedSegments: this.#droppedSegments,
    };
  }

  #reading(key: string, from: string, to: string, segment: CaughtSegment, packet: Packet): Reading | null {
    const latest = this.#latest.get(key);
    if (latest !== undefined && !beginsAnew(latest, from, segment)) return latest;
    if (this.#all.length >= STREAMS_MAX) {
      this.#droppedSegments++;
      return null;
    }
    const begun = begin(from, to, segment, packet);
    this.#latest.set(key, begun);
    this.#all.push(begun);
    return begun;
  }
}

/** Ports are used again: a SYN with another number, or one after the end, is of a new connection. */
function beginsAnew({ client, up, down }: Reading, from: string, segment: CaughtSegment): boolean {
  if (!segment.isSyn || segment.isAck) return false;
  return from !== client || up.isOther(segment) || (up.hasEnded && down.hasEnded);
}

function begin(from: string, to: string, segment: CaughtSegment, packet: Packet): Reading {
  const { isSyn, isAck, sourcePort, destinationPort } = segment;
  const leg = legOf(packet.nic.description);
  const told = { hasSyn: isSyn, at: packet.at, up: new HalfReader(), down: new HalfReader() };
  const known = (isClient: boolean, knownBy: ClientKnownBy): Reading =>
    isClient
      ? { client: from, server: to, knownBy, ...told }
      : { client: to, server: from, knownBy, ...told };
  if (isSyn) return known(!isAck, 'syn');
  if (leg !== null && packet.isInbound !== null)
    return known(packet.isInbound === (leg === 'client'), 'direction');
  if (sourcePort !== destinationPort) return known(sourcePort > destinationPort, 'port');
  return known(true, 'first');
}

function legOf(description: string): LegName | null {
  for (const leg of ['client', 'backend'] as const) if (description === LEG_DESCRIPTIONS[leg]) return leg;
  return null;
}

function end(ip: string, port: number): string {
  return ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`;
}
