import type { Cidr } from './cidr.ts';

/** What every stage that makes faults can be told: whom it affects, when, and how repeatably. */
export interface ChaosPlan {
  /** Share of connections that are affected, 0 to 1; decided once for each. */
  readonly toxicity: number;
  /** The same seed makes the same faults; null = by chance. */
  readonly seed: number | null;
  readonly schedule: ChaosSchedule;
  readonly target: {
    /** Networks of clients that are affected; none = all. Clients of a Unix socket are in no network. */
    readonly source: readonly Cidr[];
    /** Share of client addresses that are affected, 0 to 1: always the same ones. */
    readonly clients: number;
  };
  /** Share of the live connections that may be affected at once, 0 to 1; 1 = no cap. */
  readonly maxAffected: number;
}

/** Milliseconds since the plan that brought the stage was started. */
export interface ChaosSchedule {
  /** When faults begin; 0 = at once. */
  readonly fromMs: number;
  /** How long they last; 0 = they do not stop. */
  readonly forMs: number;
  /** From one beginning to the next; 0 = they begin once. */
  readonly everyMs: number;
  /** When they end for good; 0 = never. */
  readonly expiresMs: number;
}

/** Every connection, always. */
export const ALWAYS: ChaosPlan = {
  toxicity: 1,
  seed: null,
  schedule: { fromMs: 0, forMs: 0, everyMs: 0, expiresMs: 0 },
  target: { source: [], clients: 1 },
  maxAffected: 1,
};
