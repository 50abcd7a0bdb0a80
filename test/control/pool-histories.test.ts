import { describe, expect, it } from 'vitest';
import { PoolHistories } from '../../src/control/pool-histories.ts';
import { type BackendNote, POOL_CHANGES_MAX } from '../../src/core/backend-history.ts';
import type { PoolPlan } from '../../src/core/plan.ts';

function note(time: number): BackendNote {
  return { time, backend: 'a', kind: 'health', from: 'healthy', to: 'unhealthy', detail: 'ECONNREFUSED' };
}

function plan(...pools: { name: string; retired: boolean }[]) {
  return { pools: pools as unknown as readonly PoolPlan[] };
}

describe('the histories of pools', () => {
  it('keep the newest of each pool, the newest last, and count those that made room', () => {
    const histories = new PoolHistories();
    for (let time = 1; time <= POOL_CHANGES_MAX + 3; time++) histories.note('web', note(time));
    histories.note('db', note(7));
    const { changes, dropped } = histories.of('web');
    expect([changes.length, changes[0]?.time, changes.at(-1)?.time, dropped]).toEqual([
      POOL_CHANGES_MAX,
      4,
      POOL_CHANGES_MAX + 3,
      3,
    ]);
    expect(histories.of('db')).toEqual({ changes: [note(7)], dropped: 0 });
    expect(histories.of('none')).toEqual({ changes: [], dropped: 0 });
  });

  it('stay over a plan that has the pool, and go with the pool', () => {
    const histories = new PoolHistories();
    for (const pool of ['web', 'db', 'old']) histories.note(pool, note(1));
    histories.follow(plan({ name: 'web', retired: false }, { name: 'old', retired: true }));
    expect(['web', 'db', 'old'].map((pool) => histories.of(pool).changes.length)).toEqual([1, 0, 0]);
  });
});
