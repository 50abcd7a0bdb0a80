import { formatAddress } from './core/address.ts';
import type { BackendOverride } from './core/backend-override.ts';
import { CLOSE_REASON_NAMES } from './core/close-reason.ts';
import type { CountersLayout } from './core/counters.ts';
import { DOWN, UP } from './core/direction.ts';
import type { ListenerPlan, Plan, PoolPlan } from './core/plan.ts';
import type { SharedRegions } from './core/regions.ts';
import { readWord } from './core/shard-words.ts';
import { STATES, type StateName } from './core/state.ts';
import type { BackendStatus, ListenerState, ListenerStatus, PoolStatus, ShardStatus } from './core/status.ts';
import type { UpstreamTable } from './core/upstream-table.ts';
import { countersOf, waitingForPool, wordsOf } from './shared-memory/index.ts';

const HEALTH_NAMES = ['unknown', 'healthy', 'unhealthy'] as const;

/**
 * How the listeners stand, from the counters of all shards. `bound` gives each listener's real address; `isStopping` says that the
 * service accepts nobody any more.
 */
export function listenerStatuses(
  plan: Plan,
  layout: CountersLayout,
  regions: readonly Float64Array[],
  bound: Readonly<Record<string, string>>,
  isStopping: boolean,
): ListenerStatus[] {
  const sum = (cell: number): number => regions.reduce((total, region) => total + (region[cell] ?? 0), 0);
  const shown = plan.listeners.filter(({ index, retired }) => !retired || hasConnections(index, layout, sum));
  return shown.map((listener) => ({
    name: listener.name,
    state: stateOf(listener, isStopping, hasConnections(listener.index, layout, sum)),
    retired: listener.retired,
    address: bound[listener.name] ?? formatAddress(listener.listen),
    plane: listener.plane.name,
    connections: byState(listener, layout, sum),
    accepted: sum(layout.accepted(listener.index)),
    closed: byReason(listener, layout, sum),
    bytesUp: sum(layout.bytes(listener.index, UP)),
    bytesDown: sum(layout.bytes(listener.index, DOWN)),
  }));
}

function stateOf(
  { retired, drained = false }: ListenerPlan,
  isStopping: boolean,
  hasConnections: boolean,
): ListenerState {
  if (!retired && !drained && !isStopping) return 'accepting';
  return hasConnections ? 'draining' : 'drained';
}

/** How the shards stand. */
export function shardStatuses(
  plan: Plan,
  hosts: readonly { readonly number: number; readonly generation: number; readonly state: string }[],
  layout: CountersLayout,
  regions: SharedRegions,
): ShardStatus[] {
  return hosts.map(({ number, generation, state }) => {
    const words = wordsOf(regions, number);
    const group = plan.groups.find(({ first, count }) => number >= first && number < first + count);
    return {
      number,
      generation,
      state,
      plane: group?.plane ?? 'net',
      planVersion: readWord(words, 'VERSION'),
      connections: readWord(words, 'CONNECTIONS'),
      factsDropped: countersOf(regions, number)[layout.factsDropped()] ?? 0,
    };
  });
}

/** What was said of a backend at run time, by the names of pool and backend; null = nothing. */
export type OverrideOf = (pool: string, backend: string) => BackendOverride | null;

/** How the pools stand at a wall time, from the upstream table and what is counted of pools. */
export function poolStatuses(
  plan: Plan,
  table: UpstreamTable,
  regions: SharedRegions,
  now: number,
  overrideOf: OverrideOf,
): PoolStatus[] {
  return plan.pools
    .filter(({ retired }) => !retired)
    .map((pool) => ({
      name: pool.name,
      balance: pool.balance,
      waiting: waitingForPool(regions, pool.index),
      backends: backendStatuses(plan, pool, table, now, overrideOf),
    }));
}

function hasConnections(listener: number, layout: CountersLayout, sum: (cell: number) => number): boolean {
  return STATES.some((_, state) => sum(layout.state(listener, state)) > 0);
}

function byState(listener: ListenerPlan, layout: CountersLayout, sum: (cell: number) => number) {
  const entries = STATES.map((state, index) => [state, sum(layout.state(listener.index, index))] as const);
  return Object.fromEntries(entries) as Record<StateName, number>;
}

function byReason(listener: ListenerPlan, layout: CountersLayout, sum: (cell: number) => number) {
  const entries = CLOSE_REASON_NAMES.map(
    (reason, index) => [reason, sum(layout.closed(listener.index, index))] as const,
  );
  return Object.fromEntries(entries.filter(([, count]) => count > 0));
}

function backendStatuses(
  plan: Plan,
  pool: PoolPlan,
  table: UpstreamTable,
  now: number,
  overrideOf: OverrideOf,
): BackendStatus[] {
  return pool.backends.flatMap((row) => {
    const backend = plan.backends[row];
    if (backend === undefined) return [];
    return {
      name: backend.name,
      address: backend.original ? backend.name : formatAddress(backend.address),
      health: HEALTH_NAMES[table.health(row)],
      circuit: table.circuits.state(row),
      ejectionLeftMs: table.circuits.isOpen(row) ? table.circuits.leftMs(row, now) : 0,
      weight: table.weight(row),
      configuredWeight: backend.weight,
      override: overrideOf(pool.name, backend.name),
      active: table.active(row),
      connecting: table.connecting(row),
    };
  });
}
