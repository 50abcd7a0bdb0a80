import { type Backend, clientKey } from '../balance/index.ts';
import type { PoolPlan } from '../core/plan.ts';
import type { ConnectRates, PoolPlaces } from '../core/pool-places.ts';
import type { Sticky } from '../core/sticky.ts';
import type { PickKey } from '../core/upstreams.ts';
import { NOWHERE, type PickerPool } from './picker-pool.ts';

/** What pickers share besides the table, over all shards. */
export interface PoolsShared {
  readonly places: PoolPlaces;
  readonly rates: ConnectRates;
  readonly sticky: Sticky;
  /** A client was forgotten for another one. */
  readonly evicted: (pool: number) => void;
  /** A connection of the pool has ended, or was not made: there may be a place. */
  readonly freed: (pool: number) => void;
}

/** Where the client had its last backend; NOWHERE where it had none, or has failed to reach one already. */
export function placeOfClient(
  shared: PoolsShared | null,
  plan: PoolPlan,
  pool: PickerPool,
  key: PickKey,
  tried: readonly number[],
): number {
  if (plan.sticky === null || shared === null || tried.length > 0) return NOWHERE;
  const mark = shared.sticky.find(plan.index, plan.sticky, clientKey(key, plan.sticky), key.now);
  return mark === null ? NOWHERE : pool.placeOf(mark);
}

/** The client has this backend from now on. */
export function stick(
  shared: PoolsShared | null,
  plan: PoolPlan,
  pool: PickerPool,
  key: PickKey,
  chosen: Backend,
): void {
  if (plan.sticky === null || shared === null) return;
  const client = clientKey(key, plan.sticky);
  if (!shared.sticky.keep(plan.index, plan.sticky, client, pool.mark(chosen), key.now))
    shared.evicted(plan.index);
}

/** Takes one of the pool's places and one of the backend's rate, or neither. */
export function takeOfPool(
  shared: PoolsShared | null,
  plan: PoolPlan,
  pool: PickerPool,
  chosen: Backend,
): 'taken' | 'full' | 'paced' {
  if (shared === null) return 'taken';
  const { places, rates } = shared;
  if (plan.connectionsMax > 0 && !places.take(plan.index, plan.connectionsMax)) return 'full';
  const rate = pool.connectRate(chosen.place);
  if (rate === 0 || rates.take(chosen.row, rate)) return 'taken';
  if (plan.connectionsMax > 0) places.give(plan.index);
  return 'paced';
}
