/** What is copied to a mirror: what the client sends, what the backend sends, or each to a connection of its own. */
export const MIRROR_DIRECTIONS = ['up', 'down', 'both'] as const;
export type MirrorDirection = (typeof MIRROR_DIRECTIONS)[number];

/**
 * What becomes of a mirror that has no room for more bytes: it is reset; or it loses them and gets later ones; or it gets
 * what waits, then FIN, and no more.
 */
export const MIRROR_ON_FULL = ['drop_connection', 'drop_bytes', 'detach'] as const;
export type MirrorOnFull = (typeof MIRROR_ON_FULL)[number];

/** What is compared of the answers of the mirror and of the backend: nothing, every byte up to the first difference, or their lengths. */
export const MIRROR_DIFFS = ['off', 'first_difference', 'lengths'] as const;
export type MirrorDiff = (typeof MIRROR_DIFFS)[number];

export interface MirrorPlan {
  readonly kind: 'mirror';
  /** Index of the pool that gets the copy. */
  readonly pool: number;
  readonly direction: MirrorDirection;
  /** Bytes that wait for one mirror connection, at most; and of each side's answer while the other's is behind. */
  readonly bufferBytes: number;
  readonly onFull: MirrorOnFull;
  /** Share of connections that are mirrored, 0 to 1, by their trace ids. */
  readonly sample: number;
  readonly timeouts: MirrorTimeouts;
  readonly diff: MirrorDiff;
}

/** In milliseconds. */
export interface MirrorTimeouts {
  /** Until a mirror is ready for bytes: connected, told the PROXY header, TLS agreed on; retries included. */
  readonly connectMs: number;
  /** Bytes wait for a mirror and it takes none for so long; 0 = never. */
  readonly writeStallMs: number;
  /** What a mirror may take for the rest once its connection has ended. */
  readonly lingerMs: number;
}

/**
 * Where a stage writes its copy. No call waits or throws, whatever becomes of the mirror. One of `end`, `leave` and `reset`
 * is the last call.
 */
export interface MirrorLine {
  /** `bytes` are valid until this returns. */
  write(bytes: Uint8Array): void;
  /** FIN. */
  end(): void;
  /** The stage is taken away in the middle: FIN, and nothing is compared any more. */
  leave(): void;
  /** RST, or the connection has ended in the middle. */
  reset(): void;
}

/** What is counted of mirrors, for each listener. `open` and `waiting` go up and down. */
export const MIRROR_COUNTS = ['bytes', 'dropped', 'differences', 'open', 'waiting'] as const;
export type MirrorCount = (typeof MIRROR_COUNTS)[number];
