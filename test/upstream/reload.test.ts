import { describe, expect, it } from 'vitest';
import { RESTART_DELAY_MS_MAX } from '../../machines/health-checker.ts';
import { HEALTH_UNKNOWN, HEALTHY, UNHEALTHY } from '../../src/core/upstream-table.ts';
import { type Answer, CONNECT, REFUSE, SILENCE } from './fake-plane.ts';
import {
  addBackend,
  addPool,
  type Draft,
  HEALTH,
  type PoolSketch,
  plain,
  reloaded,
  retireBackend,
  retirePool,
} from './plans.ts';
import { start } from './running.ts';

const one: PoolSketch = { backends: plain(1) };
const two: PoolSketch = { backends: plain(2) };
const same = (): void => {};

/** Changes everything of pool 0 that its supervision does not depend on. */
function changeWhatIsNotSupervised({ pools, backends }: Draft): void {
  const pool = pools[0];
  if (pool === undefined) throw new RangeError('no pool');
  pool.balance = 'least_connections';
  pool.connect = { ...pool.connect, timeoutMs: 7, retries: 0, abortOnFin: true, source: 'client' };
  for (const backend of backends) Object.assign(backend, { weight: 9, backup: true, connectionsMax: 3 });
}

describe('upstreams that go over to another plan', () => {
  it.each([
    ['nothing', same],
    ['weights, limits, policy and connect settings', changeWhatIsNotSupervised],
    ['another pool', (draft: Draft) => void addPool(draft, one)],
  ])('leave supervisor, checkers and probes of a pool alone where the plan changes %s', async (_, change) => {
    const { plane, upstreams, reload, dialsTo, changes } = start([two], () => CONNECT);
    const undisturbed = start([two], () => CONNECT);
    for (const running of [plane, undisturbed.plane]) running.advance(2500);
    const supervisor = upstreams.actors[0];
    const children = { ...supervisor?.getSnapshot().children };
    reload(change);
    expect(upstreams.actors[0]).toBe(supervisor);
    for (const running of [plane, undisturbed.plane]) running.advance(5000);
    expect(supervisor?.getSnapshot().children).toEqual(children);
    expect([dialsTo(0), dialsTo(1)]).toEqual([undisturbed.dialsTo(0), undisturbed.dialsTo(1)]);
    expect(changes().filter(({ pool }) => pool === 0)).toHaveLength(2);
  });

  it('resolve at once where nothing is new, also while the first round is under way', async () => {
    const { reload, isReady, plane } = start([one], () => SILENCE);
    expect(await reload(same)()).toBe(true);
    expect(await isReady()).toBe(false);
    plane.advance(500);
    expect(await isReady()).toBe(true);
  });

  it('probe a new backend at once, unknown until then, and resolve when it has had its result', async () => {
    const { plane, table, reload, health, weights, dialsTo, changes } = start([one], () => CONNECT);
    plane.advance(3000);
    table.setWeight(1, 99);
    table.setHealth(1, UNHEALTHY);
    plane.answerWith((to) => (to.endsWith(':9000') ? CONNECT : { kind: 'connect', afterMs: 300 }));
    const isApplied = reload((draft) => addBackend(draft, 0, { weight: 4 }));
    expect([health(), weights()]).toEqual([
      [HEALTHY, HEALTH_UNKNOWN],
      [1, 4],
    ]);
    expect(dialsTo(1)).toBe(1);
    plane.advance(290);
    expect(await isApplied()).toBe(false);
    plane.advance(10);
    expect(await isApplied()).toBe(true);
    expect(health()).toEqual([HEALTHY, HEALTHY]);
    expect(changes().map(({ backend }) => backend)).toEqual([0, 1]);
  });

  it('keep what is known of the backends that stay in a changed pool, without a fact for it', async () => {
    const { plane, reload, health, changes } = start([two], (to) =>
      to.endsWith(':9000') ? CONNECT : REFUSE,
    );
    plane.advance(1500);
    plane.answerWith(() => SILENCE);
    const isApplied = reload(({ pools }) => {
      Object.assign(pools[0] ?? {}, {
        health: { ...HEALTH, intervalMs: 100, fastIntervalMs: 100, timeoutMs: 50, fall: 5 },
      });
    });
    expect(await isApplied()).toBe(true);
    expect(health()).toEqual([HEALTHY, UNHEALTHY]);
    expect(changes()).toHaveLength(2);
    plane.advance(390);
    expect(health()).toEqual([HEALTHY, UNHEALTHY]);
    plane.advance(200);
    expect(health()).toEqual([UNHEALTHY, UNHEALTHY]);
    expect(changes().map(({ backend, healthy }) => [backend, healthy])).toEqual([
      [0, true],
      [1, false],
      [0, false],
    ]);
  });

  it('probe no longer what was taken away, and leave its row as it is for older connections', () => {
    const { plane, upstreams, reload, health, weights, dialsTo } = start([two, two, one], () => CONNECT);
    plane.advance(1500);
    const before = [0, 1, 2, 3, 4].map((row) => dialsTo(row));
    plane.answerWith(() => REFUSE);
    reload((draft) => {
      retireBackend(draft, 1);
      retirePool(draft, 1);
    });
    plane.advance(20_000);
    const probed = before.map((count, row) => dialsTo(row) > count);
    expect(probed).toEqual([true, false, false, false, true]);
    expect(health()).toEqual([UNHEALTHY, HEALTHY, HEALTHY, HEALTHY, UNHEALTHY]);
    expect(weights()).toEqual([1, 1, 1, 1, 1]);
    expect(upstreams.actors.map((actor) => actor?.getSnapshot().value ?? null)).toEqual([
      'serving',
      null,
      'serving',
    ]);
  });

  it('take nothing of a probe that was under way to a backend that was taken away', () => {
    const { plane, reload, health, changes } = start([two], () => ({ kind: 'connect', afterMs: 100 }));
    plane.advance(50);
    reload((draft) => retireBackend(draft, 0));
    expect(plane.open).toBe(1);
    plane.advance(1000);
    expect(health()).toEqual([HEALTH_UNKNOWN, HEALTHY]);
    expect(changes().map(({ backend }) => backend)).toEqual([1]);
  });

  it.each([
    [
      'backend of another name',
      (draft: Draft) => Object.assign(draft.backends[0] ?? {}, { name: 'another' }),
    ],
    [
      'backend of another address',
      (draft: Draft) =>
        Object.assign(draft.backends[0] ?? {}, { address: { kind: 'tcp', host: '127.0.0.1', port: 9008 } }),
    ],
    [
      'backend of another pool in its place',
      (draft: Draft) => Object.assign(draft.pools[0] ?? {}, { name: 'another' }),
    ],
  ])('start a row anew that is reused for a %s', async (_, change) => {
    const { plane, table, reload, health, changes } = start([one], () => REFUSE);
    plane.advance(500);
    expect(health()).toEqual([UNHEALTHY]);
    table.setWeight(0, 5);
    const isApplied = reload(change);
    expect([health(), table.weight(0)]).toEqual([[HEALTH_UNKNOWN], 1]);
    expect(await isApplied()).toBe(false);
    plane.advance(10);
    expect(await isApplied()).toBe(true);
    expect(changes().map(({ healthy }) => healthy)).toEqual([false, false]);
  });

  it('start a backend anew that was taken away and comes back', async () => {
    const { plane, reload, health, changes } = start([two], () => REFUSE);
    plane.advance(500);
    reload((draft) => retireBackend(draft, 1));
    plane.answerWith(() => CONNECT);
    const isApplied = reload((draft) => addBackend(draft, 0, { row: 1 }));
    expect(health()).toEqual([UNHEALTHY, HEALTH_UNKNOWN]);
    plane.advance(10);
    expect(await isApplied()).toBe(true);
    expect(health()).toEqual([UNHEALTHY, HEALTHY]);
    expect(changes().map(({ healthy }) => healthy)).toEqual([false, false, true]);
  });

  it('change a weight in the table only where the plan changes it', () => {
    const { table, reload, weights } = start([{ backends: [{ weight: 2 }, { weight: 3 }] }], () => CONNECT);
    table.setWeight(0, 20);
    table.setWeight(1, 30);
    reload(same);
    expect(weights()).toEqual([20, 30]);
    reload((draft) => {
      Object.assign(draft.backends[1] ?? {}, { weight: 4 });
      addBackend(draft, 0, { weight: 7 });
    });
    expect(weights()).toEqual([20, 4, 7]);
  });

  it('make every backend of a pool healthy that loses its health check, and tell of those that were not', async () => {
    const { plane, reload, health, changes, dialsTo } = start([{ backends: plain(3) }], (to) =>
      to.endsWith(':9000') ? CONNECT : to.endsWith(':9001') ? REFUSE : { kind: 'connect', afterMs: 400 },
    );
    plane.advance(200);
    expect(health()).toEqual([HEALTHY, UNHEALTHY, HEALTH_UNKNOWN]);
    const isApplied = reload(({ pools }) => Object.assign(pools[0] ?? {}, { health: null }));
    expect(await isApplied()).toBe(true);
    expect(health()).toEqual([HEALTHY, HEALTHY, HEALTHY]);
    expect(changes().slice(2)).toEqual([expect.objectContaining({ backend: 1, cause: 'no longer probed' })]);
    const before = dialsTo(0);
    plane.advance(10_000);
    expect([dialsTo(0), plane.open, plane.timersWaiting]).toEqual([before, 0, 0]);
  });

  it('keep the backends of a pool healthy that gains a health check until fall probes say otherwise', async () => {
    const { plane, reload, health, changes } = start([{ health: null, backends: plain(1) }], () => REFUSE);
    const isApplied = reload(({ pools }) => Object.assign(pools[0] ?? {}, { health: HEALTH }));
    expect(await isApplied()).toBe(true);
    plane.advance(500);
    expect(health()).toEqual([HEALTHY]);
    plane.advance(3000);
    expect(health()).toEqual([UNHEALTHY]);
    expect(changes().map(({ healthy }) => healthy)).toEqual([false]);
  });

  it('resolve both waits where a plan comes while another waits: the later wins', async () => {
    const slow: Answer = { kind: 'connect', afterMs: 300 };
    const { plane, reload, upstreams, dialsTo } = start([one], (to) =>
      to.endsWith(':9000') ? CONNECT : slow,
    );
    plane.advance(500);
    const isFirst = reload((draft) => {
      addBackend(draft, 0);
      addPool(draft, one);
    });
    plane.advance(100);
    const isSecond = reload((draft) => retirePool(draft, 1));
    expect([await isFirst(), await isSecond()]).toEqual([false, true]);
    plane.advance(200);
    expect([await isFirst(), dialsTo(2), upstreams.actors[1]]).toEqual([true, 1, null]);
    const isThird = reload((draft) => addBackend(draft, 0));
    const isFourth = reload((draft) => retireBackend(draft, 3));
    expect([await isThird(), await isFourth()]).toEqual([true, true]);
  });

  it('do nothing once they are stopped', async () => {
    const { plane, table, reload, upstreams } = start([one], () => CONNECT);
    plane.advance(500);
    upstreams.stop();
    const [cells, dials] = [[...table.cells], plane.dials.length];
    const isApplied = reload((draft) => addBackend(draft, 0, { weight: 5 }));
    expect(await isApplied()).toBe(true);
    plane.advance(RESTART_DELAY_MS_MAX);
    expect([[...table.cells], plane.dials.length]).toEqual([cells, dials]);
  });

  it('resolve a wait that stop cuts short', async () => {
    const { plane, reload, upstreams } = start([one], (to) => (to.endsWith(':9000') ? CONNECT : SILENCE));
    plane.advance(500);
    const isApplied = reload((draft) => addBackend(draft, 0));
    expect(await isApplied()).toBe(false);
    upstreams.stop();
    expect(await isApplied()).toBe(true);
    expect([plane.open, plane.timersWaiting]).toEqual([0, 0]);
  });

  it('reject a plan that names a row it has not, or one beyond the table, and change nothing', async () => {
    const { current, plane, table, upstreams, dialsTo } = start([one], () => CONNECT);
    plane.advance(500);
    const [cells, supervisor] = [[...table.cells], upstreams.actors[0]];
    const stray = reloaded(current(), ({ pools, backends }) => {
      Object.assign(backends[0] ?? {}, { weight: 9 });
      pools[0]?.backends.push(5);
    });
    await expect(upstreams.apply(stray)).rejects.toThrow('no backend 5');
    const beyond = reloaded(current(), (draft) => {
      for (let row = 1; row <= table.rows; row++) addBackend(draft, 0);
    });
    await expect(upstreams.apply(beyond)).rejects.toThrow(`backend ${table.rows} of a table`);
    expect([[...table.cells], upstreams.actors[0]]).toEqual([cells, supervisor]);
    const before = dialsTo(0);
    plane.advance(1000);
    expect(dialsTo(0)).toBe(before + 1);
  });
});
