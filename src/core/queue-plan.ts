/** What a connection can be hashed by. One that lacks it is hashed by its source. */
export const HASH_KEYS = ['source', 'sni', 'proxy_tlv'] as const;
export type HashKey = (typeof HASH_KEYS)[number];

/** Connections that wait for a place at a backend. */
export interface QueuePlan {
  /** How many may wait at once, in all shards. */
  readonly waitingMax: number;
  /** How long each may wait. */
  readonly timeoutMs: number;
}

/** A client comes back to the backend it had. */
export interface StickyPlan {
  /** What a client is known by; one that lacks it is known by its address. */
  readonly on: HashKey;
  /** With `proxy_tlv`: the type, 0 to 255. */
  readonly tlv: number;
  /** A client that was away for longer is forgotten. */
  readonly expiryMs: number;
  /** Clients that are remembered at once. */
  readonly clientsMax: number;
}
