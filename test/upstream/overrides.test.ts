import { describe, expect, it } from 'vitest';
import { HEALTH_UNKNOWN, HEALTHY, UNHEALTHY } from '../../src/core/upstream-table.ts';
import { OVERRIDES_MAX, Overrides } from '../../src/upstream/overrides.ts';
import { CONNECT } from './fake-plane.ts';
import { addBackend, type PoolSketch, plain, retireBackend } from './plans.ts';
import { start } from './running.ts';

const two: PoolSketch = { backends: plain(2) };

function running(pool: PoolSketch = two) {
  const started = start([pool], () => CONNECT);
  started.plane.advance(2_500);
  const names = started.current();
  const say = (row: number, change: Parameters<typeof started.upstreams.override>[2]): boolean =>
    started.upstreams.override(names.pools[0]?.name ?? '', names.backends[row]?.name ?? '', change, 'a test');
  return { ...started, say };
}

describe('what is said of a backend at run time', () => {
  it('sets its weight at once, and null takes that back', () => {
    const { say, weights } = running();
    expect(say(1, { weight: 7 })).toBe(true);
    expect(weights()).toEqual([1, 7]);
    say(1, { weight: null });
    expect(weights()).toEqual([1, 1]);
  });

  it('is kept by a reload that changes the weight of the configuration, or nothing of it', () => {
    const { say, weights, reload } = running();
    say(0, { weight: 7 });
    say(1, { admin: 'drain' });
    reload(({ backends }) => {
      for (const backend of backends) Object.assign(backend, { weight: 3 });
    });
    expect(weights()).toEqual([7, 0]);
    reload(() => {});
    expect(weights()).toEqual([7, 0]);
    say(0, { weight: null });
    say(1, { admin: 'ready' });
    expect(weights()).toEqual([3, 3]);
  });

  it('is kept where the backend is taken away and brought back', () => {
    const { say, reload, table, current } = running();
    say(1, { weight: 7 });
    const name = current().backends[1]?.name ?? '';
    reload((draft) => retireBackend(draft, 1));
    reload((draft) => void addBackend(draft, 0, { name }));
    expect(table.weight(2)).toBe(7);
  });

  it('leaves probing and health alone where the backend drains', () => {
    const { say, plane, dialsTo, health, weights } = running();
    const before = dialsTo(1);
    say(1, { admin: 'drain' });
    plane.advance(3_000);
    expect(health()).toEqual([HEALTHY, HEALTHY]);
    expect(weights()).toEqual([1, 0]);
    expect(dialsTo(1) - before).toBe(3);
  });

  it('makes a backend in maintenance unhealthy and unprobed, over reloads, until it is ready again', async () => {
    const { say, plane, dialsTo, health, weights, reload, changes } = running();
    say(1, { admin: 'maintenance' });
    const before = dialsTo(1);
    expect(health()).toEqual([HEALTHY, UNHEALTHY]);
    expect(weights()).toEqual([1, 0]);
    reload((draft) => addBackend(draft, 0));
    plane.advance(5_000);
    expect(dialsTo(1)).toBe(before);
    expect(health().slice(0, 2)).toEqual([HEALTHY, UNHEALTHY]);
    expect(changes().filter(({ backend }) => backend === 1)).toMatchObject([
      { healthy: true },
      { healthy: false, cause: 'maintenance' },
    ]);
    say(1, { admin: 'ready' });
    expect(health()[1]).toBe(HEALTH_UNKNOWN);
    plane.advance(3_000);
    expect(health()).toEqual([HEALTHY, HEALTHY, HEALTHY]);
    expect(weights()).toEqual([1, 1, 1]);
    expect(dialsTo(1)).toBeGreaterThan(before);
  });

  it('does the same where nothing is probed', () => {
    const { say, health, reload, changes } = running({ ...two, health: null });
    say(0, { admin: 'maintenance' });
    reload((draft) => addBackend(draft, 0));
    expect(health()).toEqual([UNHEALTHY, HEALTHY, HEALTHY]);
    say(0, { admin: 'ready' });
    expect(health()).toEqual([HEALTHY, HEALTHY, HEALTHY]);
    expect(changes().map(({ healthy, cause }) => [healthy, cause])).toEqual([
      [false, 'maintenance'],
      [true, 'no longer in maintenance'],
    ]);
  });

  it('is nothing where there is no such backend in use', () => {
    const { upstreams, weights, reload, say } = running();
    expect(upstreams.override('none', 'none', { weight: 7 }, 'a test')).toBe(false);
    reload((draft) => retireBackend(draft, 1));
    expect(say(1, { weight: 7 })).toBe(false);
    expect(weights()).toEqual([1, 1]);
  });
});

describe('what is remembered', () => {
  it('says since when it holds and by whom, and is forgotten when all of it is taken back', () => {
    const overrides = new Overrides();
    overrides.change('web', 'one', { weight: 3 }, 10, 'a');
    overrides.change('web', 'one', { admin: 'drain' }, 20, 'b');
    expect(overrides.get('web', 'one')).toEqual({ weight: 3, admin: 'drain', at: 20, by: 'b' });
    overrides.change('web', 'one', { weight: null, admin: 'ready' }, 30, 'c');
    expect(overrides.get('web', 'one')).toBeNull();
  });

  it('is bounded, and those that are remembered can be changed all the same', () => {
    const overrides = new Overrides();
    for (let index = 0; index < OVERRIDES_MAX; index++)
      expect(overrides.change('web', `${index}`, { weight: 3 }, 0, '')).toBe(true);
    expect(overrides.change('web', 'more', { weight: 3 }, 0, '')).toBe(false);
    expect(overrides.change('web', '5', { weight: 4 }, 0, '')).toBe(true);
    expect(overrides.change('web', '6', { weight: null }, 0, '')).toBe(true);
    expect(overrides.change('web', 'more', { weight: 3 }, 0, '')).toBe(true);
  });
});
