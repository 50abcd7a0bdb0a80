import { type BackendNote, POOL_CHANGES_MAX, type PoolHistory } from '../core/backend-history.ts';
import type { Plan } from '../core/plan.ts';

interface Kept {
  readonly changes: BackendNote[];
  dropped: number;
}

/**
 * The last changes of each pool's backends, by the pool's name, so that a reload loses none; they are forgotten with the pool.
 * A change that costs the oldest one its place moves at most POOL_CHANGES_MAX others, and comes as seldom as probes and operators do.
 */
export class PoolHistories {
  readonly #kept = new Map<string, Kept>();

  readonly note = (pool: string, note: BackendNote): void => {
    let kept = this.#kept.get(pool);
    if (kept === undefined) {
      kept = { changes: [], dropped: 0 };
      this.#kept.set(pool, kept);
    }
    kept.changes.push(note);
    if (kept.changes.length <= POOL_CHANGES_MAX) return;
    kept.changes.shift();
    kept.dropped++;
  };

  /** Empty for a pool that nothing is known of. */
  of(pool: string): PoolHistory {
    const { changes, dropped } = this.#kept.get(pool) ?? { changes: [], dropped: 0 };
    return { changes: [...changes], dropped };
  }

  /** Forgets the pools that a plan in force no longer has. */
  follow({ pools }: Pick<Plan, 'pools'>): void {
    const live = new Set(pools.filter(({ retired }) => !retired).map(({ name }) => name));
    for (const pool of this.#kept.keys()) if (!live.has(pool)) this.#kept.delete(pool);
  }
}
