/**
 * A connection's id: shard (8 bits), generation of that shard (8), sequence (32), as a Number below 2^48, so that it is
 * exact, cheap, unique in a process and tells where the connection lives.
 */
export type ConnectionId = number;

const SEQUENCE = 2 ** 32;

/** Throws where a part is out of its range; `sequence` wraps at 2^32. */
export function connectionId(shard: number, generation: number, sequence: number): ConnectionId {
  if (!(shard >= 0 && shard < 256 && generation >= 0 && generation < 256)) {
    throw new RangeError(`shard ${shard} and generation ${generation} have 8 bits each`);
  }
  return (shard * 256 + generation) * SEQUENCE + (sequence % SEQUENCE);
}

/** The number of the shard it lives in. */
export function shardOf(id: ConnectionId): number {
  return Math.floor(id / SEQUENCE / 256);
}

/** Its place among those that its shard has accepted, in order. */
export function sequenceOf(id: ConnectionId): number {
  return id % SEQUENCE;
}

/** Twelve hex digits, as logs and the API show it. */
export function formatConnectionId(id: ConnectionId): string {
  return id.toString(16).padStart(12, '0');
}

/** The id behind its hex form, or null where the text is none. */
export function parseConnectionId(text: string): ConnectionId | null {
  return /^[0-9a-f]{1,12}$/.test(text) ? Number.parseInt(text, 16) : null;
}
