import type { BackendPlan, Plan, PoolPlan } from '../core/plan.ts';
import { PickerPool } from './picker-pool.ts';

interface Known {
  readonly backends: readonly (BackendPlan | undefined)[];
  readonly pool: PickerPool;
}

/**
 * The pools of one shard, for the pickers of all its plans: one that two plans share, as the same objects, backends
 * included, is made once. Keeps nothing alive that no plan has.
 */
export class PickerPools {
  readonly #shard: number;
  readonly #known = new WeakMap<PoolPlan, Known>();

  constructor(shard: number) {
    this.#shard = shard;
  }

  /** Throws a RangeError where the pool names a row that is no backend of the plan. */
  of(plan: Plan, pool: PoolPlan): PickerPool {
    const backends = pool.backends.map((row) => plan.backends[row]);
    const known = this.#known.get(pool);
    if (known?.backends.every((backend, place) => backend === backends[place])) return known.pool;
    const made = new PickerPool(plan, pool, this.#shard);
    this.#known.set(pool, { backends, pool: made });
    return made;
  }
}
