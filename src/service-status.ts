import type { Bound, Fleet, Memory } from './control/index.ts';
import type { Plan } from './core/plan.ts';
import type { ServiceStatus } from './core/status.ts';
import { COUNTERS } from './shard-counters.ts';
import { listenerStatuses, poolStatuses, shardStatuses } from './status.ts';

/** How a service stands, with the plan in force. `now` in milliseconds since 1970. */
export function serviceStatus(
  { phase, started }: Pick<ServiceStatus, 'phase' | 'started'>,
  plan: Plan,
  { connections, counters, factsDropped, regions, upstreams }: Memory,
  { hosts }: Fleet,
  bound: Bound,
  now: number,
): ServiceStatus {
  return {
    phase,
    started,
    connections,
    planVersion: plan.version,
    shards: shardStatuses(plan, hosts, COUNTERS, regions),
    listeners: listenerStatuses(plan, COUNTERS, counters, bound),
    pools: poolStatuses(plan, upstreams, regions, now),
    factsDropped,
  };
}
