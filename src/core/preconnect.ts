/** Connections to the backends of a pool that are made before a client needs one. Numbers are of one backend in one shard. */
export interface PreconnectPlan {
  /** So many stand ready at any time. */
  readonly idleMin: number;
  /** So many at most, where clients have found too few. */
  readonly idleMax: number;
  /** One that nobody took for so long is closed. */
  readonly ageMs: number;
  /** A backend may send before it was sent anything: such bytes are kept for the client instead of ending the connection. */
  readonly serverFirst: boolean;
}

/**
 * Why a connection made ahead was closed unused. `expired`: its age. `ended`: the backend or the network ended it. `spoke`: the
 * backend sent bytes that are not to be kept. `unusable`: the backend is down, ejected or drained. `withdrawn`: another plan, the end of
 * the shard, or a lack of descriptors.
 */
export const DISCARD_CAUSES = ['expired', 'ended', 'spoke', 'unusable', 'withdrawn'] as const;
export type DiscardCause = (typeof DISCARD_CAUSES)[number];

/**
 * What is counted of a backend: connections that stand ready now, dials that took one and dials that found none, attempts
 * that failed, seconds that those taken had needed to be made, and connections closed unused.
 */
export const PRECONNECT_COUNTS = ['idle', 'hits', 'misses', 'failed', 'saved', ...DISCARD_CAUSES] as const;
export type PreconnectCount = (typeof PRECONNECT_COUNTS)[number];
