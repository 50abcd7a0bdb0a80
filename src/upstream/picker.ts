import {
  type Backend,
  type Candidate,
  collectEligible,
  createPolicyState,
  hashText,
  POLICIES,
  type Policy,
  type PolicyState,
} from '../balance/index.ts';
import type { Plan, PoolPlan } from '../core/plan.ts';
import { HEALTH_UNKNOWN, type UpstreamTable } from '../core/upstream-table.ts';
import type { Upstreams } from '../core/upstreams.ts';

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

interface Pool {
  readonly policy: Policy;
  readonly state: PolicyState;
  readonly backends: Mutable<Backend>[];
  /** Filled anew at each pick; kept so that a pick allocates nothing. */
  readonly candidates: Candidate[];
}

/**
 * Picks backends for the connections of one shard and keeps the table's `active` and `connecting` right. Health and
 * weights are read from the table at each pick, so that a change is obeyed by the next connection. Every method throws a
 * RangeError, and changes nothing, where it is told of a pool or row that is not in the plan or of an end that had no
 * beginning here.
 *
 * A backend's limit is checked and then counted: shards that pick in the same instant may exceed it by one each.
 */
export function createPicker(plan: Plan, table: UpstreamTable): Upstreams {
  const pools = plan.pools.map((pool) => createPool(plan, pool));
  const connecting = new Int32Array(plan.backends.length);
  const active = new Int32Array(plan.backends.length);

  return {
    pick(index, client, tried) {
      const pool = pools[index];
      if (pool === undefined) throw new RangeError(`no pool ${index} in the plan`);
      refresh(pool.backends, table);
      collectEligible(pool.backends, tried, pool.candidates);
      const chosen = pool.candidates[pool.policy(pool.candidates, pool.state, client)];
      if (chosen === undefined) return -1;
      count(connecting, chosen.row, 1, 'attempt');
      table.addConnecting(chosen.row, 1);
      return chosen.row;
    },
    connected(row) {
      count(connecting, row, -1, 'attempt');
      count(active, row, 1, 'connection');
      table.addActive(row, 1);
      table.addConnecting(row, -1);
    },
    failed(row) {
      count(connecting, row, -1, 'attempt');
      table.addConnecting(row, -1);
    },
    released(row) {
      count(active, row, -1, 'connection');
      table.addActive(row, -1);
    },
  };
}

function createPool(plan: Plan, pool: PoolPlan): Pool {
  const backends = pool.backends.map((row, place): Mutable<Backend> => {
    const backend = plan.backends[row];
    if (backend === undefined)
      throw new RangeError(`pool "${pool.name}" names row ${row}, which is no backend`);
    return {
      row,
      place,
      weight: backend.weight,
      active: 0,
      connecting: 0,
      seed: hashText(backend.name),
      health: HEALTH_UNKNOWN,
      backup: backend.backup,
      connectionsMax: backend.connectionsMax,
    };
  });
  return {
    policy: POLICIES[pool.balance],
    state: createPolicyState(backends.length),
    backends,
    candidates: [],
  };
}

function refresh(backends: Mutable<Backend>[], table: UpstreamTable): void {
  for (let place = 0; place < backends.length; place++) {
    const backend = backends[place] as Mutable<Backend>;
    backend.health = table.health(backend.row);
    backend.weight = table.weight(backend.row);
    backend.active = table.active(backend.row);
    backend.connecting = table.connecting(backend.row);
  }
}

function count(counts: Int32Array, row: number, by: 1 | -1, what: string): void {
  const before = counts[row];
  if (before === undefined) throw new RangeError(`no backend ${row} in the plan`);
  if (before + by < 0) throw new RangeError(`backend ${row} has no ${what} to end`);
  counts[row] = before + by;
}
