import { formatAddress } from '../core/address.ts';
import {
  type BackendPlan,
  LISTENERS_MAX,
  type ListenerPlan,
  type Plan,
  type PoolPlan,
  type StagePlan,
  type TelemetryPlan,
} from '../core/plan.ts';
import { UPSTREAM_ROWS_MAX } from '../core/upstream-table.ts';
import { settleAcceptors } from './settle-acceptors.ts';
import { assignSlots } from './slots.ts';
import { workerDescriptors } from './worker-descriptors.ts';

/** Slots of retired entries that no connection, fact or actor refers to any more, by index. Others in here are ignored. */
export interface FreeSlots {
  readonly listeners: ReadonlySet<number>;
  readonly pools: ReadonlySet<number>;
  readonly backends: ReadonlySet<number>;
}

/**
 * `next`, as it was compiled, made the successor of `current`: what both have keeps its index, and what `next` lacks stays
 * in its place as retired until it comes back or its free slot is taken. A listener and a pool are the same by name, a
 * backend by the name of its pool, its own name and its address. Settings that only a restart can change stay those of
 * `current`, and so do its shards: `plane`, `accept` and the descriptors are worked out for them. A default of
 * `limits.connections` stays as it was compiled. Pure. Throws CONFIG_INVALID where slots run out.
 */
export function settlePlan(current: Plan, next: Plan, free: FreeSlots): Plan {
  const rows = placeBackends(current, next, free);
  const listenerSlots = assignSlots(current.listeners.map(slotOf), next.listeners.map(nameOf), {
    max: LISTENERS_MAX,
    isFree: (slot) => free.listeners.has(slot),
    what: 'listeners',
  });
  const pools = placePools(current, next, free, { rows, listeners: listenerSlots });
  const listeners = merge(
    current.listeners,
    next.listeners.map((listener, at) => ({
      ...settleListener(listener, listenerSlots[at] ?? 0, pools),
      plane: settlePlane(listener, current),
    })),
    listenerSlots,
  );
  const { toxiproxy: _, ...rest } = next;
  const settled: Plan = {
    ...rest,
    version: current.version + 1,
    listeners: settleAcceptors(listeners, current, next),
    pools: merge(
      current.pools,
      next.pools.map((pool, at) => settlePool(pool, pools[at] ?? 0, rows)),
      pools,
    ),
    backends: merge(
      current.backends,
      next.backends.map((backend, at) => ({
        ...backend,
        row: rows[at] ?? 0,
        pool: pools[backend.pool] ?? 0,
      })),
      rows,
    ),
    reload: current.reload,
    workers: current.workers,
    groups: current.groups,
    telemetry: { ...next.telemetry, ...restartOnly(current.telemetry) },
    admin: current.admin,
    ...(current.toxiproxy === undefined ? {} : { toxiproxy: current.toxiproxy }),
  };
  return { ...settled, limits: { ...settled.limits, descriptors: descriptorsOf(next, settled) } };
}

/** Where logs, page and exports go is settled when a service starts. */
function restartOnly({ otlp, prometheus, accessLog }: TelemetryPlan): Partial<TelemetryPlan> {
  return { otlp, prometheus, accessLog };
}

function placeBackends(current: Plan, next: Plan, free: FreeSlots): number[] {
  const now = current.backends.map((backend) => ({
    key: backendKey(backend, current),
    retired: backend.retired,
  }));
  const wanted = next.backends.map((backend) => backendKey(backend, next));
  const isFree = (row: number): boolean => free.backends.has(row);
  return assignSlots(now, wanted, { max: UPSTREAM_ROWS_MAX, isFree, what: 'backends' });
}

/** A pool's slot is free only when nothing that stays in its place refers to it. Each pool has a row of its own. */
function placePools(
  current: Plan,
  next: Plan,
  free: FreeSlots,
  taken: { readonly rows: readonly number[]; readonly listeners: readonly number[] },
): number[] {
  const staying = new Set([
    ...left(current.backends, taken.rows).map(({ pool }) => pool),
    ...left(current.listeners, taken.listeners).flatMap(poolsOf),
  ]);
  return assignSlots(current.pools.map(slotOf), next.pools.map(nameOf), {
    max: UPSTREAM_ROWS_MAX,
    isFree: (slot) => free.pools.has(slot) && !staying.has(slot),
    what: 'pools',
  });
}

function settleListener(listener: ListenerPlan, index: number, pools: readonly number[]): ListenerPlan {
  const routes = listener.routes.map((route) => {
    const { action } = route;
    const stages = route.stages.map((stage) => withPool(stage, (pool) => pools[pool] ?? 0));
    if (action.kind === 'pool')
      return { ...route, stages, action: { ...action, pool: pools[action.pool] ?? 0 } };
    if (action.kind !== 'split') return { ...route, stages };
    const of = action.of.map((share) => ({ ...share, pool: pools[share.pool] ?? 0 }));
    return { ...route, stages, action: { ...action, of } };
  });
  return { ...listener, index, routes };
}

/** The one plane that runs; why `next` would have another one does not matter before a restart. */
function settlePlane({ plane }: ListenerPlan, { groups }: Plan): ListenerPlan['plane'] {
  const name = groups[0]?.plane ?? plane.name;
  if (name === plane.name) return plane;
  return { name, reason: 'the running service has this plane, and a restart may change it' };
}

function settlePool(pool: PoolPlan, index: number, rows: readonly number[]): PoolPlan {
  return { ...pool, index, backends: pool.backends.map((row) => rows[row] ?? 0) };
}

/** All slots: what settled in one of them, else what was there, retired. */
function merge<T extends { readonly retired: boolean }>(
  now: readonly T[],
  settled: readonly T[],
  slots: readonly number[],
): T[] {
  const all = now.map((entry) => (entry.retired ? entry : { ...entry, retired: true }));
  for (const [at, slot] of slots.entries()) all[slot] = settled[at] as T;
  return all;
}

/** What the system allows, less what the workers that run take of it instead of those that `next` asks for. */
function descriptorsOf(next: Plan, settled: Plan): number | null {
  const { descriptors } = next.limits;
  if (descriptors === null) return null;
  return Math.max(0, descriptors + workerDescriptors(next) - workerDescriptors(settled));
}

function left<T>(now: readonly T[], taken: readonly number[]): T[] {
  const slots = new Set(taken);
  return now.filter((_, slot) => !slots.has(slot));
}

function poolsOf(listener: ListenerPlan): number[] {
  return listener.routes.flatMap(({ action, stages }) => {
    const mirrors = stages.flatMap((stage) => (stage.kind === 'mirror' ? [stage.pool] : []));
    if (action.kind === 'split') return [...mirrors, ...action.of.map(({ pool }) => pool)];
    return action.kind === 'pool' ? [...mirrors, action.pool] : mirrors;
  });
}

/** A mirror with what stands for its pool in another place; any other stage as it is. */
function withPool(stage: StagePlan, of: (pool: number) => number): StagePlan {
  return stage.kind === 'mirror' ? { ...stage, pool: of(stage.pool) } : stage;
}

function backendKey(backend: BackendPlan, plan: Plan): string {
  return JSON.stringify([plan.pools[backend.pool]?.name, backend.name, formatAddress(backend.address)]);
}

function slotOf(entry: { readonly name: string; readonly retired: boolean }): {
  key: string;
  retired: boolean;
} {
  return { key: entry.name, retired: entry.retired };
}

function nameOf(entry: { readonly name: string }): string {
  return entry.name;
}
