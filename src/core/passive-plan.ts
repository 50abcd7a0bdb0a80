import type { FailureKind } from './circuits.ts';

/** What becomes of the sessions of a backend that goes down: they stay, are cut, or are cut after `Plan.drainMs`. */
export const ON_DOWN = ['leave', 'reset', 'drain'] as const;
export type OnDown = (typeof ON_DOWN)[number];

/** When a backend is ejected for what happens to connections, and for how long. */
export interface PassivePlan {
  /** In a row. */
  readonly failures: number;
  /** What counts as one. */
  readonly count: readonly FailureKind[];
  /** `silence`: so long after it was given a client's first bytes it has sent none. */
  readonly firstByteMs: number;
  /** The first ejection; each further one that follows soon takes the double, up to `ejectMsMax`. */
  readonly ejectMs: number;
  readonly ejectMsMax: number;
  /** Of the backends of the pool, rounded down, those that are ejected or unhealthy at once. */
  readonly ejectedPercentMax: number;
}
