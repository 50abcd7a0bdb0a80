import type { ReadSegment } from './reader.ts';

/** What one sender of a leg has sent, put together again. */
export interface ReadStream {
  readonly bytes: Buffer;
  readonly end: 'open' | 'fin' | 'reset';
  /** The handshake was seen. */
  readonly hasSyn: boolean;
  /** All of its bytes were acknowledged. */
  readonly isAcknowledged: boolean;
}

interface Sender {
  next: number;
  readonly parts: Buffer[];
  end: 'open' | 'fin' | 'reset';
  hasSyn: boolean;
  acknowledged: number;
}

/**
 * Follows the segments of a file as a receiver would: each must come where the one before it ended. Streams by
 * `from>to`. Throws at a gap, an overlap, an ACK of what was not sent, and at what comes after FIN or RST.
 */
export function readStreams(segments: readonly ReadSegment[]): Map<string, ReadStream> {
  const senders = new Map<string, Sender>();
  for (const segment of segments) follow(senders, segment);
  return new Map(
    [...senders].map(([key, { parts, end, hasSyn, next, acknowledged }]) => [
      key,
      { bytes: Buffer.concat(parts), end, hasSyn, isAcknowledged: acknowledged === next },
    ]),
  );
}

function follow(senders: Map<string, Sender>, segment: ReadSegment): void {
  const { from, to, sequence, acknowledged, flags, payload } = segment;
  const key = `${from}>${to}`;
  const sender = senders.get(key) ?? {
    next: sequence,
    parts: [],
    end: 'open',
    hasSyn: false,
    acknowledged: -1,
  };
  senders.set(key, sender);
  if (sequence !== sender.next)
    throw new Error(`${key}: ${sequence} comes where ${sender.next} was expected`);
  if (sender.end === 'reset') throw new Error(`${key}: ${flags} after RST`);
  if (sender.end === 'fin' && (payload.length > 0 || flags.includes('F')))
    throw new Error(`${key}: ${flags} after FIN`);
  const peer = senders.get(`${to}>${from}`);
  if (flags.includes('A') && peer !== undefined) {
    if (acknowledged !== peer.next) throw new Error(`${key}: acknowledges ${acknowledged} of ${peer.next}`);
    peer.acknowledged = acknowledged;
  }
  if (flags.includes('S')) sender.hasSyn = true;
  if (payload.length > 0) sender.parts.push(payload);
  if (flags.includes('F')) sender.end = 'fin';
  if (flags.includes('R')) sender.end = 'reset';
  const counted = (flags.includes('S') ? 1 : 0) + (flags.includes('F') ? 1 : 0);
  sender.next = (sequence + payload.length + counted) % 2 ** 32;
}
