import { formatAddress } from '../core/address.ts';
import type { ServiceRecord } from '../core/names.ts';
import { type BackendPlan, type Plan, PRIORITIES, type ServicePlan } from '../core/plan.ts';

/** Weights of backends end here; those of SRV records at 65535. */
const WEIGHT_MAX = 256;

/**
 * The plan with a backend for each server of its services, as far as they are known: behind the others of their pool, named
 * `target:port`. Of two services that name the same server the first counts, and a backend of the file goes before both. Pure.
 * `plan` is as it was compiled: its services have no backends yet.
 */
export function expandServices(plan: Plan, servicesOf: (name: string) => readonly ServiceRecord[]): Plan {
  const backends = [...plan.backends];
  const pools = plan.pools.map((pool) => {
    if (pool.retired || pool.services.length === 0) return pool;
    const names = new Set(pool.backends.map((row) => backends[row]?.name));
    const rows = [...pool.backends];
    for (const service of pool.services)
      for (const member of membersOf(service, servicesOf(service.name))) {
        if (names.has(member.name)) continue;
        names.add(member.name);
        rows.push(backends.length);
        backends.push({ ...member, row: backends.length, pool: pool.index });
      }
    return { ...pool, backends: rows };
  });
  return { ...plan, pools, backends };
}

function membersOf(
  { resolve, backup, connectionsMax, connectRate }: ServicePlan,
  records: readonly ServiceRecord[],
): Omit<BackendPlan, 'row' | 'pool'>[] {
  const priorities = [...new Set(records.map(({ priority }) => priority))].sort((a, b) => a - b);
  const heaviest = Math.max(1, ...records.map(({ weight }) => weight));
  return records.map(({ target, port, priority, weight }) => {
    const address = { kind: 'tcp', host: target, port } as const;
    return {
      name: formatAddress(address),
      retired: false,
      address,
      resolve,
      original: false,
      weight: weightOf(weight, heaviest),
      priority: Math.min(PRIORITIES - 1, priorities.indexOf(priority)),
      backup,
      connectionsMax,
      connectRate,
    };
  });
}

/** As it is told where it is a possible weight, else in proportion to the heaviest; 0, which is as little as can be, is 1. */
function weightOf(weight: number, heaviest: number): number {
  const scaled = heaviest <= WEIGHT_MAX ? weight : Math.round((weight * WEIGHT_MAX) / heaviest);
  return Math.max(1, scaled);
}
