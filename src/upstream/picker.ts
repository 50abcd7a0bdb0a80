import type { Plan } from '../core/plan.ts';
import type { UpstreamTable } from '../core/upstream-table.ts';
import type { PickKey, Upstreams } from '../core/upstreams.ts';
import type { PickerPool } from './picker-pool.ts';
import { PickerPools } from './picker-pools.ts';

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
 * Every method throws a RangeError, and changes nothing, where it is told of a pool that is not in the plan or was retired
 * by it, of a row that is not in the table, or of an end that had no beginning in this shard.
 */
export function createPicker(
  plan: Plan,
  table: UpstreamTable,
  shard: number,
  known = new PickerPools(shard),
): Upstreams {
  const pools = plan.pools.map((pool) => (pool.retired ? null : known.of(plan, pool)));
  const passives = plan.backends.map(({ pool }) => plan.pools[pool]?.passive ?? null);
  const { circuits } = table;
  return {
    pick(index, key, tried) {
      const pool = pools[index];
      if (pool === undefined || pool === null) throw new RangeError(`no pool ${index} in the plan`);
      for (let conflicts = 0; conflicts < PICK_CONFLICTS_MAX; conflicts++) {
        pool.read(table, key.now);
        const chosen = pool.choose(tried, key);
        if (chosen === null) return -1;
        if (table.begin(chosen.row, shard, chosen.load)) return chosen.row;
        pool.undo();
      }
      return pickByLimit(pool, table, shard, tried, key);
    },
    explain(index, tried, now) {
      const pool = pools[index];
      if (pool === undefined || pool === null) throw new RangeError(`no pool ${index} in the plan`);
      pool.read(table, now);
      return pool.explain(tried, plan.backends);
    },
    connected: (row) => {
      table.connected(row, shard);
      circuits.connected(row);
    },
    failed: (row) => table.failed(row, shard),
    measured: (row, ms) => table.measured(row, ms),
    penalised: (row) => table.penalised(row),
    failing: (row, kind) => {
      const passive = passives[row];
      if (passive?.count.includes(kind)) circuits.failed(row, kind, passive.failures);
    },
    answered: (row) => circuits.answered(row),
    released: (row) => table.released(row, shard),
  };
}

/** By the loads that were read last; a backend found at its limit is left out, so that this ends. */
function pickByLimit(
  pool: PickerPool,
  table: UpstreamTable,
  shard: number,
  tried: readonly number[],
  key: PickKey,
): number {
  for (;;) {
    const chosen = pool.choose(tried, key);
    if (chosen === null) return -1;
    if (table.beginBelow(chosen.row, shard, chosen.connectionsMax)) return chosen.row;
    pool.undo();
    chosen.load = chosen.connectionsMax;
  }
}
