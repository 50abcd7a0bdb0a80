import type { HealthName } from '../../machines/health-checker.ts';
import { HEALTHY, UNHEALTHY, type UpstreamTable } from '../core/upstream-table.ts';
import { isName } from '../names/index.ts';
import { whyUnresolved } from './name-addresses.ts';
import type { NamesKnown } from './names.ts';
import { backendOf, isProbed, liveRows, type PoolsPlan } from './plan-rows.ts';

/**
 * Backends that are not probed are healthy as long as their names have an address: puts that into the table where it has
 * changed, and tells of it before. One that comes back does so at `now`, in milliseconds since 1970.
 */
export function settleNames(
  plan: PoolsPlan,
  table: UpstreamTable,
  names: NamesKnown,
  now: number,
  changed: (row: number, health: HealthName, cause: string) => void,
): void {
  for (const row of plan.pools.flatMap((pool) => liveRows(plan, pool))) {
    const backend = backendOf(plan, row);
    if (isProbed(plan, row) || backend.original || !isName(backend.address)) continue;
    const why = whyUnresolved(backend, names);
    const health = why === null ? HEALTHY : UNHEALTHY;
    if (table.health(row) === health) continue;
    changed(row, why === null ? 'healthy' : 'unhealthy', why ?? 'resolved');
    if (why === null) table.setReturned(row, now);
    table.setHealth(row, health);
  }
}
