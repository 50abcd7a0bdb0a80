/** Changes of one pool's backends that are remembered; the oldest make room. */
export const POOL_CHANGES_MAX = 256;

/**
 * What has changed of a backend. `health`: as probes find it, or what they are replaced by. `circuit`: ejected, back on trial, back
 * for good. `withheld`: it would have been ejected, but its pool cannot spare it. `agent`: what its agent wants. `override`: what
 * an operator has said at run time.
 */
export const BACKEND_CHANGE_KINDS = ['health', 'circuit', 'withheld', 'agent', 'override'] as const;
export type BackendChangeKind = (typeof BACKEND_CHANGE_KINDS)[number];

/** One change of a backend, in words. */
export interface BackendNote {
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly backend: string;
  readonly kind: BackendChangeKind;
  /** Before and after, each as the kind has it; the same where nothing came of it (`withheld`). */
  readonly from: string;
  readonly to: string;
  /** Why, or by whom. */
  readonly detail: string;
}

/** What has changed of a pool's backends since it is there. */
export interface PoolHistory {
  /** The newest last, at most POOL_CHANGES_MAX. */
  readonly changes: readonly BackendNote[];
  /** Older ones that made room. */
  readonly dropped: number;
}

/** Hears of each change as it is made, with the name of the backend's pool. Must not throw. */
export type NoteBackend = (pool: string, note: BackendNote) => void;
