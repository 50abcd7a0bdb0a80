import {
  type Backend,
  type Candidate,
  collectEligible,
  createPolicyState,
  POLICIES,
  type Policy,
  type PolicyState,
  passedOver,
} from '../balance/index.ts';
import type { BackendVerdict } from '../core/connection-view.ts';
import { hashText } from '../core/hash.ts';
import type { BackendPlan, Plan, PoolPlan } from '../core/plan.ts';
import { HEALTH_UNKNOWN, type UpstreamTable } from '../core/upstream-table.ts';

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/**
 * One pool as the picker of one shard sees it: what it has read of the backends last, and what the policy remembers. All
 * is made at the start and filled anew at each pick, so that a pick allocates nothing.
 */
export class PickerPool {
  readonly #policy: Policy;
  readonly #backends: Mutable<Backend>[];
  readonly #candidates: Candidate[] = [];
  readonly #state: PolicyState;
  /** What the policy remembered before the last choice. */
  readonly #before: PolicyState;

  /**
   * The policy starts as if it had picked once for each shard before this one, so that shards that start together do not
   * all begin with the same backend. Throws a RangeError where the pool names a row that is no backend of the plan.
   */
  constructor(plan: Plan, pool: PoolPlan, shard: number) {
    this.#policy = POLICIES[pool.balance];
    this.#backends = liveBackends(plan, pool).map(toBackend);
    this.#state = createPolicyState(this.#backends.length);
    this.#before = createPolicyState(this.#backends.length);
    for (let earlier = 0; earlier < shard; earlier++) this.#policy(this.#backends, this.#state, '');
  }

  /** Reads health, weight and load of every backend. */
  read(table: UpstreamTable): void {
    const backends = this.#backends;
    for (let place = 0; place < backends.length; place++) {
      const backend = backends[place] as Mutable<Backend>;
      backend.health = table.health(backend.row);
      backend.weight = table.weight(backend.row);
      backend.load = table.load(backend.row);
    }
  }

  /** The backend to take by what was read last; null where none is eligible. Its `load` is what was read. */
  choose(tried: readonly number[], client: string): Mutable<Backend> | null {
    const candidates = this.#candidates;
    collectEligible(this.#backends, tried, candidates);
    if (candidates.length === 0) return null;
    copyState(this.#state, this.#before);
    const chosen = candidates[this.#policy(candidates, this.#state, client)] as Candidate;
    return this.#backends[chosen.place] as Mutable<Backend>;
  }

  /** What stands for and against each backend by what was read last. */
  explain(tried: readonly number[], plans: readonly BackendPlan[]): BackendVerdict[] {
    return this.#backends.map((backend) => ({
      backend: plans[backend.row]?.name ?? '',
      weight: backend.weight,
      load: backend.load,
      backup: backend.backup,
      tried: tried.includes(backend.row),
      passedOver: passedOver(backend),
    }));
  }

  /** Makes the policy forget the last choice, which came to nothing. */
  undo(): void {
    copyState(this.#before, this.#state);
  }
}

function liveBackends(plan: Plan, pool: PoolPlan): readonly BackendPlan[] {
  return pool.backends.flatMap((row) => {
    const backend = plan.backends[row];
    if (backend === undefined)
      throw new RangeError(`pool "${pool.name}" names row ${row}, which is no backend`);
    return backend.retired ? [] : [backend];
  });
}

function toBackend({ row, name, weight, backup, connectionsMax }: BackendPlan, place: number): Backend {
  return {
    row,
    place,
    weight,
    load: 0,
    seed: hashText(name),
    health: HEALTH_UNKNOWN,
    backup,
    connectionsMax,
  };
}

function copyState(from: PolicyState, to: PolicyState): void {
  to.last = from.last;
  for (let place = 0; place < from.owed.length; place++) to.owed[place] = from.owed[place] as number;
}
