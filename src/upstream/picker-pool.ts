import {
  type Backend,
  type Candidate,
  choose,
  collectEligible,
  createPolicyState,
  type Draw,
  isKeyed,
  isOnlyFull,
  keyHash,
  MaglevTable,
  POLICIES,
  type PolicyState,
  standings,
  strengthAt,
} from '../balance/index.ts';
import { lowerLimit } from '../core/agent.ts';
import type { BackendVerdict } from '../core/connection-view.ts';
import { hashText } from '../core/hash.ts';
import type { Mutable } from '../core/mutable.ts';
import type { BackendPlan, HashPlan, Plan, PoolPlan } from '../core/plan.ts';
import type { ConnectRates } from '../core/pool-places.ts';
import { HEALTH_UNKNOWN, UPSTREAM_ROWS_MAX, type UpstreamTable } from '../core/upstream-table.ts';
import type { PickKey } from '../core/upstreams.ts';

/** No place. */
export const NOWHERE = -1;

/** The rows of a table fit in these. */
const ROW_BITS = UPSTREAM_ROWS_MAX - 1;

/** How `ip_hash` hashes. */
const ON_SOURCE: Pick<HashPlan, 'on' | 'tlv'> = { on: 'source', tlv: 0 };

/**
 * One pool as the picker of one shard sees it: what it has read of the backends last, and what the policy remembers. All
 * is made at the start and filled anew at each pick, so that a pick allocates nothing.
 */
export class PickerPool {
  readonly #pool: PoolPlan;
  readonly #hash: Pick<HashPlan, 'on' | 'tlv'>;
  readonly #isKeyed: boolean;
  readonly #backends: Mutable<Backend>[];
  /** By place: limits of connections that the plan sets. */
  readonly #limits: readonly number[];
  /** By place: the connect rate, 0 = none. */
  readonly #rates: readonly number[];
  readonly #candidates: Candidate[] = [];
  readonly #draw: Mutable<Draw> = { hash: 0, random: 0, attempt: 0 };
  readonly #state: PolicyState;
  /** What the policy remembered before the last choice. */
  readonly #before: PolicyState;

  /**
   * The policy starts as if it had picked once for each shard before this one, so that shards that start together do not
   * all begin with the same backend. Throws a RangeError where the pool names a row that is no backend of the plan.
   */
  constructor(plan: Plan, pool: PoolPlan, shard: number) {
    const { balance, hash } = pool;
    const { boundedLoadPercent, tableSize } = hash;
    this.#pool = pool;
    this.#hash = balance === 'ip_hash' ? ON_SOURCE : hash;
    this.#isKeyed = isKeyed(balance);
    const members = liveBackends(plan, pool);
    this.#backends = members.map(toBackend);
    this.#limits = members.map(({ connectionsMax }) => connectionsMax);
    this.#rates = members.map(({ connectRate }) => connectRate);
    const table = balance === 'maglev' ? new MaglevTable(tableSize, this.#backends) : null;
    this.#state = createPolicyState(this.#backends.length, { table, boundedLoadPercent });
    this.#before = createPolicyState(this.#backends.length);
    if (this.#isKeyed) return;
    for (let earlier = 0; earlier < shard; earlier++)
      POLICIES[balance](this.#backends, this.#state, this.#draw);
  }

  /** Reads of every backend what stands in the table. `now` in milliseconds since 1970. */
  read(table: UpstreamTable, now: number, rates: ConnectRates | null = null): void {
    const { slowStartMs } = this.#pool;
    const backends = this.#backends;
    for (let place = 0; place < backends.length; place++) {
      const backend = backends[place] as Mutable<Backend>;
      const { row } = backend;
      backend.health = table.effectiveHealth(row);
      backend.weight = table.weight(row);
      backend.connectionsMax = lowerLimit(this.#limits[place] as number, table.agentMax(row));
      backend.load = table.load(row);
      backend.latency = table.latency(row);
      backend.paced = rates !== null && isPaced(rates, row, this.#rates[place] as number);
      const strength = slowStartMs === 0 ? 1 : strengthAt(table.age(row, now), slowStartMs);
      backend.strength = Math.min(strength, table.circuits.strength(row));
    }
    this.#state.table?.refresh(backends);
  }

  /**
   * The backend to take by what was read last: the one at `stuck`, a place, where it is eligible, else what the policy
   * says; null where none is eligible. Its `load` is what was read.
   */
  choose(tried: readonly number[], key: PickKey, stuck = NOWHERE): Mutable<Backend> | null {
    const candidates = this.#candidates;
    const { balance, panicPercent } = this.#pool;
    collectEligible(this.#backends, tried, candidates, panicPercent);
    if (candidates.length === 0) return null;
    copyState(this.#state, this.#before);
    if (stuck >= 0 && candidates.includes(this.#backends[stuck] as Backend))
      return this.#backends[stuck] as Mutable<Backend>;
    this.#draw.hash = this.#isKeyed ? keyHash(key, this.#hash) : 0;
    this.#draw.random = key.random;
    this.#draw.attempt = tried.length;
    const chosen = choose(balance, candidates, this.#state, this.#draw) as Candidate;
    return this.#backends[chosen.place] as Mutable<Backend>;
  }

  /** Where none was chosen: whether a free place is all that is wanting. */
  isOnlyFull(): boolean {
    return isOnlyFull(this.#backends, this.#pool.panicPercent);
  }

  /** Of the backend at a place. */
  connectRate(place: number): number {
    return this.#rates[place] ?? 0;
  }

  /** What is kept of a client that has this backend: its row, and enough of its name to tell it from a later one there. */
  mark({ row, seed }: Backend): number {
    return (seed & ~ROW_BITS) | row;
  }

  /** The place of the backend with a mark; NOWHERE where it is gone. */
  placeOf(mark: number): number {
    for (let place = 0; place < this.#backends.length; place++)
      if (this.mark(this.#backends[place] as Backend) === mark) return place;
    return NOWHERE;
  }

  /** What stands for and against each backend by what was read last. */
  explain(
    tried: readonly number[],
    plans: readonly BackendPlan[],
    isEjected: (row: number) => boolean,
  ): BackendVerdict[] {
    const stand = standings(this.#backends, tried, this.#pool.panicPercent);
    return this.#backends.map((backend, place) => ({
      backend: plans[backend.row]?.name ?? '',
      weight: backend.weight,
      load: backend.load,
      priority: backend.priority,
      backup: backend.backup,
      tried: tried.includes(backend.row),
      strength: backend.strength,
      panic: stand[place]?.panic ?? false,
      passedOver: whyNot(stand[place]?.passedOver ?? null, isEjected(backend.row)),
    }));
  }

  /** Makes the policy forget the last choice, which came to nothing. */
  undo(): void {
    copyState(this.#before, this.#state);
  }
}

/** The table has no health of its own for a backend that is ejected: it counts as unhealthy. */
function whyNot(passedOver: BackendVerdict['passedOver'], isEjected: boolean): BackendVerdict['passedOver'] {
  return passedOver === 'unhealthy' && isEjected ? 'ejected' : passedOver;
}

function isPaced(rates: ConnectRates, row: number, rate: number): boolean {
  return rate > 0 && rates.waitMs(row, rate) > 0;
}

function liveBackends(plan: Plan, pool: PoolPlan): readonly BackendPlan[] {
  return pool.backends.flatMap((row) => {
    const backend = plan.backends[row];
    if (backend === undefined)
      throw new RangeError(`pool "${pool.name}" names row ${row}, which is no backend`);
    return backend.retired ? [] : [backend];
  });
}

function toBackend(plan: BackendPlan, place: number): Backend {
  const { row, name, weight, priority, backup, connectionsMax } = plan;
  return {
    row,
    place,
    weight,
    load: 0,
    latency: 0,
    strength: 1,
    seed: hashText(name),
    health: HEALTH_UNKNOWN,
    priority,
    backup,
    connectionsMax,
    paced: false,
  };
}

function copyState(from: PolicyState, to: PolicyState): void {
  to.last = from.last;
  for (let place = 0; place < from.owed.length; place++) to.owed[place] = from.owed[place] as number;
}
