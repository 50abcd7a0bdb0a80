import { isDeepStrictEqual } from 'node:util';
import type { BackendPlan, Plan, PoolPlan } from '../core/plan.ts';

/** What supervision needs of a plan. */
export type PoolsPlan = Pick<Plan, 'pools' | 'backends'>;

/** Rows of the backends of a pool that are in use; none where the pool is retired. */
export function liveRows(plan: PoolsPlan, pool: PoolPlan): readonly number[] {
  return pool.retired ? [] : pool.backends.filter((row) => !backendOf(plan, row).retired);
}

/** Whether a row stands for the same backend, in use, under both plans: by pool, name and address. */
export function isSameBackend(before: PoolsPlan, after: PoolsPlan, row: number): boolean {
  const [old, now] = [before.backends[row], after.backends[row]];
  if (old === undefined || now === undefined || old.retired || now.retired) return false;
  const [oldPool, nowPool] = [before.pools[old.pool], after.pools[now.pool]];
  return (
    old.pool === now.pool &&
    oldPool?.name === nowPool?.name &&
    oldPool?.retired === false &&
    nowPool?.retired === false &&
    old.name === now.name &&
    old.original === now.original &&
    isDeepStrictEqual(old.address, now.address)
  );
}

/** Whether the supervision of a pool is the same under both plans: the same pool in use, health check and backends. */
export function isSamePool(before: PoolsPlan, after: PoolsPlan, index: number): boolean {
  const [old, now] = [before.pools[index], after.pools[index]];
  if (old === undefined || now === undefined || old.retired || now.retired) return false;
  const rows = liveRows(after, now);
  return (
    old.name === now.name &&
    isDeepStrictEqual(old.health, now.health) &&
    probeSource(old) === probeSource(now) &&
    old.connect.attemptDelayMs === now.connect.attemptDelayMs &&
    isDeepStrictEqual(liveRows(before, old), rows) &&
    rows.every((row) => isSameBackend(before, after, row)) &&
    rows.every((row) => backendOf(before, row).resolve === backendOf(after, row).resolve)
  );
}

/** Whether a row is probed: its pool has health checks, and it stands for one address. */
export function isProbed(plan: PoolsPlan, row: number): boolean {
  const { pool, original } = backendOf(plan, row);
  return !original && (plan.pools[pool]?.health ?? null) !== null;
}

/** A probe has no client whose address it could come from. */
export function probeSource({ connect: { source } }: Pick<PoolPlan, 'connect'>): string | null {
  return source === 'client' ? null : source;
}

/** `pool/backend`, for people. */
export function nameOf(plan: PoolsPlan, row: number): string {
  const { pool, name } = backendOf(plan, row);
  return `${plan.pools[pool]?.name}/${name}`;
}

/** The row of a backend in use, by the names of its pool and its own; null where there is none. */
export function rowNamed(plan: PoolsPlan, pool: string, backend: string): number | null {
  const found = plan.pools.find(({ name, retired }) => !retired && name === pool);
  const rows = found === undefined ? [] : liveRows(plan, found);
  return rows.find((row) => backendOf(plan, row).name === backend) ?? null;
}

/** Throws a RangeError where the plan has no such row. */
export function backendOf(plan: PoolsPlan, row: number): BackendPlan {
  const backend = plan.backends[row];
  if (backend === undefined) throw new RangeError(`no backend ${row} in the plan`);
  return backend;
}
