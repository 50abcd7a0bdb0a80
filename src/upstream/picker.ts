import type { Backend } from '../balance/index.ts';
import type { BackendPlan, Plan, PoolPlan } from '../core/plan.ts';
import type { UpstreamTable } from '../core/upstream-table.ts';
import { ALL_FULL, NO_BACKEND, type PickKey, type Upstreams } from '../core/upstreams.ts';
import type { PickerPool } from './picker-pool.ts';
import { PickerPools } from './picker-pools.ts';
import { type PoolsShared, placeOfClient, stick, takeOfPool } from './pool-limits.ts';

/** Choices that other shards may spoil, each by dialing the chosen backend first, before a pick minds limits only. */
export const PICK_CONFLICTS_MAX = 32;

/**
 * Picks backends for the connections of one shard that live under one plan, and counts them in the table, where all
 * shards and all plans count. Keeps no count itself. Health, weights and loads are read from the table at each pick, so
 * that a change is obeyed by the next connection.
 *
 * A choice is counted only where the load of the chosen backend still is what the choice was made on; where another shard
 * was faster, everything is read again and chosen again, and the policy does not know of the choice that was spoiled. So
 * no backend ever has more than its limit, and nobody can slip in between reading the loads and counting: at that moment
 * no other candidate has a smaller load than the policy saw, unless a connection ended there meanwhile. A pick that was
 * spoiled `PICK_CONFLICTS_MAX` times goes by the loads it has read last, still never beyond a limit.
 *
 * Where the pickers of a shard are given the same `known`, a pool that another plan leaves as it was goes on with its turns.
 *
 * `shared` has what is counted and remembered of whole pools and of connect rates; absent = none of that is heeded.
 *
 * Every method throws a RangeError, and changes nothing, where it is told of a pool that is not in the plan or was retired
 * by it, of a row that is not in the table, or of an end that had no beginning in this shard.
 */
export function createPicker(
  plan: Plan,
  table: UpstreamTable,
  shard: number,
  known = new PickerPools(shard),
  shared: PoolsShared | null = null,
): Upstreams {
  const pools = plan.pools.map((pool) => (pool.retired ? null : known.of(plan, pool)));
  const rates = shared?.rates ?? null;

  const gaveUp = (row: number): void => {
    const index = (plan.backends[row] as BackendPlan).pool;
    if (shared === null) return;
    if ((plan.pools[index] as PoolPlan).connectionsMax > 0) shared.places.give(index);
    shared.freed(index);
  };
  const count = (pool: PickerPool, of: PoolPlan, key: PickKey, chosen: Backend): number => {
    const taken = takeOfPool(shared, of, pool, chosen);
    if (taken === 'taken') {
      stick(shared, of, pool, key, chosen);
      return chosen.row;
    }
    table.failed(chosen.row, shard);
    pool.undo();
    return taken === 'full' ? ALL_FULL : PACED;
  };

  const passives = plan.backends.map(({ pool }) => plan.pools[pool]?.passive ?? null);
  const { circuits } = table;
  return {
    pick(index, key, tried) {
      const pool = pools[index];
      if (pool === undefined || pool === null) throw new RangeError(`no pool ${index} in the plan`);
      const of = plan.pools[index] as PoolPlan;
      const stuck = placeOfClient(shared, of, pool, key, tried);
      for (let conflicts = 0; conflicts < PICK_CONFLICTS_MAX; conflicts++) {
        pool.read(table, key.now, rates);
        const chosen = pool.choose(tried, key, stuck);
        if (chosen === null) return pool.isOnlyFull() ? ALL_FULL : NO_BACKEND;
        if (table.begin(chosen.row, shard, chosen.load)) {
          const row = count(pool, of, key, chosen);
          if (row !== PACED) return row;
        } else pool.undo();
      }
      const chosen = pickByLimit(pool, table, shard, tried, key);
      if (chosen === null) return pool.isOnlyFull() ? ALL_FULL : NO_BACKEND;
      return Math.max(ALL_FULL, count(pool, of, key, chosen));
    },
    explain(index, tried, now) {
      const pool = pools[index];
      if (pool === undefined || pool === null) throw new RangeError(`no pool ${index} in the plan`);
      pool.read(table, now, rates);
      return pool.explain(tried, plan.backends, (row) => circuits.isOpen(row));
    },
    connected: (row) => {
      table.connected(row, shard);
      circuits.connected(row);
    },
    failed: (row) => {
      table.failed(row, shard);
      gaveUp(row);
    },
    measured: (row, ms) => table.measured(row, ms),
    penalised: (row) => table.penalised(row),
    failing: (row, kind) => {
      const passive = passives[row];
      if (passive?.count.includes(kind)) circuits.failed(row, kind, passive.failures);
    },
    answered: (row) => circuits.answered(row),
    released: (row) => {
      table.released(row, shard);
      gaveUp(row);
    },
  };
}

/** Between the choice and the count another shard has used up the backend's rate: choose again. */
const PACED = -3;

/** By the loads that were read last; a backend found at its limit is left out, so that this ends. */
function pickByLimit(
  pool: PickerPool,
  table: UpstreamTable,
  shard: number,
  tried: readonly number[],
  key: PickKey,
): Backend | null {
  for (;;) {
    const chosen = pool.choose(tried, key);
    if (chosen === null) return null;
    if (table.beginBelow(chosen.row, shard, chosen.connectionsMax)) return chosen;
    pool.undo();
    chosen.load = chosen.connectionsMax;
  }
}
