import { AGENT_SILENT } from '../core/agent.ts';
import { HEALTH_UNKNOWN, HEALTHY, UNHEALTHY, type UpstreamTable } from '../core/upstream-table.ts';
import { backendOf, isProbed, isSameBackend, liveRows, type PoolsPlan } from './plan-rows.ts';

/**
 * Puts into the table what a new plan says of its backends. One that is new gets its weight and a health of which nothing
 * is known. One that stays keeps its health, and its weight too unless the plan says another than before, so that a
 * weight set at run time survives; what an agent has said is forgotten where none is asked any more. Where nothing is probed every backend is healthy: `freed` is told of each that stays
 * and was unhealthy. Rows of retired backends are left as they are, for connections of older plans. `before` is null at
 * the start of a service: every weight is set then, and a health that the table knows is kept. One that is
 * new in a service that runs, or is freed, comes back at `now`, in milliseconds since 1970. `weightOf` tells what a
 * backend's weight comes to under the new plan; absent: what the plan says. A backend that is not probed and has no address,
 * for which `unresolved` says why, is unhealthy: `lost` is told of it where it was not before.
 */
export function settleRows(
  before: PoolsPlan | null,
  after: PoolsPlan,
  table: UpstreamTable,
  now: number,
  freed: (row: number) => void,
  weightOf: (row: number) => number = (row) => backendOf(after, row).weight,
  unresolved: (row: number) => string | null = () => null,
  lost: (row: number, cause: string) => void = () => {},
): void {
  for (const pool of after.pools) {
    for (const row of liveRows(after, pool)) {
      const { weight } = backendOf(after, row);
      const stays = before !== null && isSameBackend(before, after, row);
      if (!stays || before.backends[row]?.weight !== weight) table.setWeight(row, weightOf(row));
      if (!stays && before !== null) {
        table.renew(row);
        table.setReturned(row, now);
      }
      if (pool.health?.probe.kind !== 'agent') table.setAgent(row, AGENT_SILENT);
      if (isProbed(after, row)) {
        if (!stays && before !== null) table.setHealth(row, HEALTH_UNKNOWN);
        continue;
      }
      const why = unresolved(row);
      if (why !== null) {
        if (!stays || table.health(row) !== UNHEALTHY) lost(row, why);
        table.setHealth(row, UNHEALTHY);
        continue;
      }
      if (stays && table.health(row) === UNHEALTHY) {
        freed(row);
        table.setReturned(row, now);
      }
      table.setHealth(row, HEALTHY);
    }
  }
}

/** Throws a RangeError where the plan has a backend in use that is not in the table. */
export function mustFit(plan: PoolsPlan, table: UpstreamTable): void {
  for (const row of plan.pools.flatMap((pool) => liveRows(plan, pool))) {
    if (row >= table.rows) throw new RangeError(`backend ${row} of a table of ${table.rows}`);
  }
}
