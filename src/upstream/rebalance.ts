import type { BackendPlan, Plan, PoolPlan } from '../core/plan.ts';
import { UNHEALTHY, type UpstreamTable } from '../core/upstream-table.ts';
import { backendOf, liveRows } from './plan-rows.ts';

/** How many sessions of which backends to end. */
export type Ends = ReadonlyMap<number, number>;

const NONE: Ends = new Map();

/** A backend that shares its sessions with others. */
interface Sharer {
  readonly row: number;
  readonly weight: number;
  /** Sessions, less those that are to end. */
  active: number;
}

/**
 * Makes room for a backend that came back: ends sessions of those that have more than their share by weight, the one that
 * has most for its weight first, and at most as many as that backend lacked when it began. That their clients come back,
 * and come to it, is nothing it could know; so it ends nothing twice and stops by itself.
 */
export class Rebalance {
  readonly #row: number;
  readonly #from: number;
  /** Sessions that may still be ended; null = it has not begun. */
  #left: number | null = null;
  /** Parts of a session that earlier calls left. */
  #credit = 0;

  /** Begins at `from`, on the clock of `now` of `next`, when the backend's slow start is over. */
  constructor(row: number, from: number) {
    this.#row = row;
    this.#from = from;
  }

  /** What to end now, `budget` sessions at most; null where no more is to be done. Waits while the backend is on trial. */
  next(plan: Plan, pool: PoolPlan, table: UpstreamTable, now: number, budget: number): Ends | null {
    if (now < this.#from || table.circuits.state(this.#row) === 'half-open') return NONE;
    const sharers = sharersOf(plan, pool, table, this.#row);
    const own = sharers.find(({ row }) => row === this.#row);
    if (own === undefined) return null;
    const fair = fairShares(sharers);
    const lacking = Math.floor(own.weight * fair) - own.active;
    this.#left = Math.min(this.#left ?? lacking, lacking);
    this.#credit += budget;
    const ends = new Map<number, number>();
    while (this.#credit >= 1 && this.#left >= 1) {
      const most = busiest(sharers);
      if (most.active - 1 < most.weight * fair) return ends.size > 0 ? ends : null;
      most.active--;
      ends.set(most.row, (ends.get(most.row) ?? 0) + 1);
      this.#credit--;
      this.#left--;
    }
    return this.#left < 1 && ends.size === 0 ? null : ends;
  }
}

/** Those of its pool that can be picked in the same cases as it; not itself where it cannot be picked. */
function sharersOf(plan: Plan, pool: PoolPlan, table: UpstreamTable, row: number): Sharer[] {
  const { priority, backup } = backendOf(plan, row);
  const isPeer = (other: BackendPlan): boolean => other.priority === priority && other.backup === backup;
  return liveRows(plan, pool)
    .filter((other) => isPeer(backendOf(plan, other)) && table.effectiveHealth(other) !== UNHEALTHY)
    .map((other) => ({ row: other, weight: table.weight(other), active: table.active(other) }))
    .filter(({ weight }) => weight > 0);
}

/** Sessions for each weight of 1. */
function fairShares(sharers: readonly Sharer[]): number {
  const sum = (of: (sharer: Sharer) => number): number => sharers.reduce((total, one) => total + of(one), 0);
  return sum(({ active }) => active) / sum(({ weight }) => weight);
}

function busiest(sharers: readonly Sharer[]): Sharer {
  return sharers.reduce((most, one) => (one.active * most.weight > most.active * one.weight ? one : most));
}
