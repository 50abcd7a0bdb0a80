import { describe, expect, it } from 'vitest';
import { HEALTHY, UNHEALTHY, UpstreamTable } from '../../src/core/upstream-table.ts';
import { Sessions } from '../../src/upstream/sessions.ts';
import { CONNECT, FakePlane } from './fake-plane.ts';
import { type PoolSketch, plain, planOf, reloaded, retireBackend } from './plans.ts';

/** Sessions of a pool of so many backends; what was ended of which, and why. */
function running(loads: readonly number[], sketch: Partial<PoolSketch>) {
  const plan = planOf({ health: null, ...sketch, backends: plain(loads.length) });
  const plane = new FakePlane(() => CONNECT);
  const table = new UpstreamTable(loads.length);
  for (const [row, load] of loads.entries()) {
    table.setWeight(row, 1);
    table.setHealth(row, HEALTHY);
    for (let n = 0; n < load; n++) begin(table, row);
  }
  const ended: string[] = [];
  const sessions = new Sessions(plan, table, plane.timers, (row, most, why) => {
    ended.push(`${row} ${most} ${why}`);
    for (let n = 0; n < Math.min(most, table.active(row)); n++) table.released(row, 0);
  });
  const become = (row: number, health: typeof HEALTHY | typeof UNHEALTHY): void => {
    table.setHealth(row, health);
    sessions.moved(row);
  };
  return { plan, plane, table, ended, sessions, become };
}

function begin(table: UpstreamTable, row: number): void {
  table.beginBelow(row, 0, 0);
  table.connected(row, 0);
}

describe('sessions of a backend that goes down', () => {
  it('stay, are ended, or are ended when drainMs have passed, as on_down says', () => {
    const down = (onDown: 'leave' | 'reset' | 'drain') => {
      const { plane, ended, become } = running([3, 3], { onDown });
      become(1, UNHEALTHY);
      const atOnce = [...ended];
      plane.advance(999);
      const before = [...ended];
      plane.advance(10);
      return [atOnce, before, ended];
    };
    const all = ['1 Infinity backend.down'];
    expect(down('leave')).toEqual([[], [], []]);
    expect(down('reset')).toEqual([all, all, all]);
    expect(down('drain')).toEqual([[], [], all]);
  });

  it('are left alone where it comes back before that, or a reload takes it away', () => {
    const { plane, ended, become, sessions, plan } = running([3, 3], { onDown: 'drain' });
    become(1, UNHEALTHY);
    plane.advance(500);
    become(1, HEALTHY);
    plane.advance(5000);
    become(0, UNHEALTHY);
    sessions.apply(reloaded(plan, (draft) => retireBackend(draft, 0)));
    plane.advance(5000);
    expect([ended, plane.timersWaiting]).toEqual([[], 0]);
  });
});

describe('rebalancing', () => {
  it('ends as many a second as it may, of the busiest, and no more than the one that came back lacks', () => {
    const { plane, ended, become, table } = running([30, 60, 0], { rebalancePerSecond: 10 });
    become(2, UNHEALTHY);
    become(2, HEALTHY);
    plane.advance(1050);
    expect(ended).toHaveLength(10);
    plane.advance(60_000);
    expect(new Set(ended)).toEqual(new Set(['1 1 rebalance']));
    expect([table.active(0), table.active(1), plane.timersWaiting]).toEqual([30, 30, 0]);
  });

  it('stops where clients have come back to it', () => {
    const { plane, ended, become, table } = running([30, 30, 0], { rebalancePerSecond: 50 });
    become(2, UNHEALTHY);
    become(2, HEALTHY);
    for (let n = 0; n < 100; n++) {
      const before = ended.length;
      plane.advance(100);
      for (let came = 0; came < (ended.length - before) * 5; came++) begin(table, 2);
    }
    expect(table.active(2)).toBeGreaterThanOrEqual(20);
    expect(ended.length).toBeLessThan(12);
  });

  it('waits for the slow start and the trial, and ends where the backend goes down again', () => {
    const { plane, ended, become, table, sessions } = running([30, 0], {
      rebalancePerSecond: 10,
      slowStartMs: 5000,
    });
    table.circuits.set(1, 'half-open');
    sessions.moved(1);
    plane.advance(6000);
    expect(ended).toEqual([]);
    table.circuits.set(1, 'closed');
    plane.advance(300);
    expect(ended.length).toBeGreaterThan(0);
    const { length } = ended;
    become(1, UNHEALTHY);
    plane.advance(10_000);
    expect([ended.length, plane.timersWaiting]).toEqual([length, 0]);
  });
});
