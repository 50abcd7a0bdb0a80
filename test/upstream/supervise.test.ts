import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RESTART_DELAY_MS_MAX } from '../../machines/health-checker.ts';
import type { Fact } from '../../src/core/facts.ts';
import { HEALTH_UNKNOWN, HEALTHY, UNHEALTHY, UpstreamTable } from '../../src/core/upstream-table.ts';
import { startUpstreams } from '../../src/upstream/index.ts';
import { PROBES_AT_ONCE_MAX } from '../../src/upstream/prober.ts';
import { type Answer, CONNECT, FakePlane, REFUSE, SILENCE } from './fake-plane.ts';
import { HEALTH, type PoolSketch, plain, planOf } from './plans.ts';
import { NO_TLS, start, WALL_MS } from './running.ts';

const one: PoolSketch = { backends: plain(1) };

describe('the upstreams', () => {
  it('are ready at once where nothing is probed, with every backend healthy and its weight set', async () => {
    const { table, changes, isReady, plane } = start(
      [{ health: null, backends: [{ weight: 7 }, { weight: 2 }] }],
      () => REFUSE,
    );
    expect(await isReady()).toBe(true);
    expect([table.health(0), table.weight(0), table.health(1), table.weight(1)]).toEqual([
      HEALTHY,
      7,
      HEALTHY,
      2,
    ]);
    expect(changes()).toEqual([]);
    expect(plane.dials).toEqual([]);
  });

  it('never probe a backend that is wherever its client wants to go: it is healthy, and the others are probed', async () => {
    const { table, changes, isReady, plane, reload } = start(
      [{ backends: [{ original: true, weight: 7 }, {}] }],
      () => REFUSE,
    );
    expect([table.health(0), table.weight(0), await isReady()]).toEqual([HEALTHY, 7, false]);
    plane.advance(10_000);
    expect(await isReady()).toBe(true);
    expect([table.health(0), table.health(1)]).toEqual([HEALTHY, UNHEALTHY]);
    expect(changes().map(({ backend }) => backend)).toEqual([1]);
    expect(new Set(plane.dials.map(({ to }) => to))).toEqual(new Set(['127.0.0.1:9001']));
    reload(({ backends }) => void Object.assign(backends[0] ?? {}, { original: false }));
    plane.advance(10_000);
    expect([table.health(0), plane.dials.some(({ to }) => to === '127.0.0.1:9000')]).toEqual([
      UNHEALTHY,
      true,
    ]);
  });

  it("probe from the address of this machine that the pool names, and from none where that is the client's", () => {
    for (const [source, from] of [
      ['127.0.0.2', '127.0.0.2'],
      ['client', null],
    ] as const) {
      const { plane, reload } = start([one], () => CONNECT);
      plane.advance(500);
      reload(({ pools: [pool] }) => {
        if (pool !== undefined) pool.connect = { ...pool.connect, source };
      });
      plane.advance(10_000);
      expect(plane.dials.at(-1)?.source).toBe(from);
    }
  });

  it('are ready when the last backend of the last pool has had its first result, and not before', async () => {
    const slow: Answer = { kind: 'connect', afterMs: 300 };
    const { plane, health, isReady } = start([one, { backends: plain(2) }], (to) =>
      to.endsWith(':9002') ? slow : REFUSE,
    );
    expect(plane.dials.map(({ at }) => at)).toEqual([0, 0, 0]);
    expect(health()).toEqual([HEALTH_UNKNOWN, HEALTH_UNKNOWN, HEALTH_UNKNOWN]);
    plane.advance(290);
    expect(await isReady()).toBe(false);
    plane.advance(10);
    expect(await isReady()).toBe(true);
    expect(health()).toEqual([UNHEALTHY, UNHEALTHY, HEALTHY]);
  });

  it('tell of the first result of each backend, with pool, row, time and cause', () => {
    const answers: Record<string, Answer> = { '127.0.0.1:9001': REFUSE, '127.0.0.1:9002': SILENCE };
    const { plane, changes } = start([one, { backends: plain(2) }], (to) => answers[to] ?? CONNECT);
    plane.advance(600);
    const fact = { kind: 'health', at: WALL_MS + 10 };
    expect(changes()).toEqual([
      { ...fact, pool: 0, backend: 0, healthy: true, cause: 'connected in 10 ms' },
      { ...fact, pool: 1, backend: 1, healthy: false, cause: 'ECONNREFUSED' },
      { ...fact, at: WALL_MS + 500, pool: 1, backend: 2, healthy: false, cause: 'no answer in 500 ms' },
    ]);
  });

  it('take a backend out after fall failures and back after rise passes, each told once', () => {
    const { plane, changes, health } = start([one], () => CONNECT);
    plane.advance(500);
    plane.answerWith(() => REFUSE);
    plane.advance(2100);
    expect(health()).toEqual([HEALTHY]);
    plane.advance(10_000);
    expect(health()).toEqual([UNHEALTHY]);
    plane.answerWith(() => CONNECT);
    plane.advance(10_000);
    expect(health()).toEqual([HEALTHY]);
    expect(changes().map(({ healthy, at }) => [healthy, at - WALL_MS])).toEqual([
      [true, 10],
      [false, 3010],
      [true, 14_010],
    ]);
  });

  it('have exactly one fact for each change, and the table right, over any answers', () => {
    const threshold = fc.integer({ min: 1, max: 3 });
    const outcomes = fc.array(fc.boolean(), { minLength: 1, maxLength: 25 });
    fc.assert(
      fc.property(
        fc.array(outcomes, { minLength: 1, maxLength: 4 }),
        threshold,
        threshold,
        (scripts, rise, fall) => {
          const probes = scripts.map(() => 0);
          const running = start(
            [{ health: { ...HEALTH, rise, fall }, backends: plain(scripts.length) }],
            (to) => {
              const row = Number(to.split(':')[1]) - 9000;
              const script = scripts[row] ?? [];
              const nth = probes[row] ?? 0;
              probes[row] = nth + 1;
              return script[Math.min(nth, script.length - 1)] ? CONNECT : REFUSE;
            },
          );
          running.plane.advance(30_500);
          for (const [row, script] of scripts.entries()) {
            const results = Array.from(
              { length: probes[row] ?? 0 },
              (_, n) => script[Math.min(n, script.length - 1)],
            );
            const expected = changesOf(results as boolean[], rise, fall);
            const told = running.changes().filter(({ backend }) => backend === row);
            expect(told.map(({ healthy }) => healthy)).toEqual(expected);
            expect(running.table.health(row)).toBe(expected.at(-1) ? HEALTHY : UNHEALTHY);
          }
          running.upstreams.stop();
          expect([running.plane.open, running.plane.timersWaiting]).toEqual([0, 0]);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('probe no more than so many backends at once, and every one in the end', async () => {
    const { plane, changes, isReady, upstreams } = start([{ backends: plain(1000) }], () => CONNECT);
    expect(plane.dials).toHaveLength(PROBES_AT_ONCE_MAX);
    plane.advance(60);
    expect(await isReady()).toBe(true);
    expect(plane.peak).toBe(PROBES_AT_ONCE_MAX);
    expect(new Set(changes().map(({ backend }) => backend)).size).toBe(1000);
    upstreams.stop();
  });

  it('do not blame a backend for a probe that this machine could not make, and say so once', async () => {
    const { plane, health, errors, isReady } = start([one], () => ({
      kind: 'out-of-descriptors',
      code: 'EMFILE',
      afterMs: 0,
    }));
    plane.advance(10_000);
    expect(await isReady()).toBe(true);
    expect(health()).toEqual([HEALTH_UNKNOWN]);
    expect(errors()).toEqual(['probing backend pool-0/127.0.0.1:9000 failed: EMFILE']);
    plane.answerWith(() => CONNECT);
    plane.advance(1100);
    expect(health()).toEqual([HEALTHY]);
  });

  it('keep what they know of a backend while its prober crashes, and probe again after the wait', () => {
    const { plane, health, errors, changes } = start([{ backends: plain(2) }], () => CONNECT);
    plane.advance(500);
    plane.answerWith((to) => (to.endsWith(':9000') ? { kind: 'throw', error: new Error('torn') } : CONNECT));
    plane.advance(3400);
    expect(errors()).toEqual(new Array(2).fill('probing backend pool-0/127.0.0.1:9000 failed: Error: torn'));
    expect(health()).toEqual([HEALTHY, HEALTHY]);
    plane.answerWith(() => REFUSE);
    plane.advance(20_000);
    for (const row of [0, 1]) {
      const told = changes().filter(({ backend }) => backend === row);
      expect(told.map(({ healthy }) => healthy)).toEqual([true, false]);
    }
    expect(plane.errors).toEqual([]);
  });

  it('never probe in a hot loop a backend whose prober crashes each time', () => {
    const { plane } = start([one], () => ({ kind: 'throw', error: new Error('torn') }));
    plane.advance(300_000);
    expect(plane.dials.length).toBeGreaterThan(5);
    expect(plane.dials.length).toBeLessThan(20);
  });

  it('replace a checker that crashes as it tells of a change: told again by the next, once', async () => {
    let failures = 2;
    const { plane, health, errors, changes, upstreams, isReady } = start(
      [one],
      () => CONNECT,
      ({ kind }) => {
        if (kind === 'health' && failures-- > 0) throw new Error('torn');
      },
    );
    plane.advance(5000);
    expect(errors()).toEqual(
      new Array(2).fill('the health checker of backend pool-0/127.0.0.1:9000 crashed: Error: torn'),
    );
    expect(changes()).toHaveLength(1);
    expect(health()).toEqual([HEALTHY]);
    expect(plane.dials.map(({ at }) => at)).toEqual([0, 1010, 3020, 4020]);
    expect(await isReady()).toBe(true);
    expect(plane.errors).toEqual([]);
    upstreams.stop();
    expect([plane.open, plane.timersWaiting]).toEqual([0, 0]);
  });

  it('probe a backend once an interval after its checker was replaced, not once for each checker there was', () => {
    let failures = 3;
    const { plane } = start(
      [one],
      () => CONNECT,
      ({ kind }) => {
        if (kind === 'health' && failures-- > 0) throw new Error('torn');
      },
    );
    plane.advance(60_000);
    const before = plane.dials.length;
    plane.advance(10_000);
    expect(plane.dials.length - before).toBe(10);
  });

  it('show the supervisor of each pool by its index, with the states of its checkers', () => {
    const { plane, upstreams } = start([one, { backends: plain(2) }], () => CONNECT);
    plane.advance(100);
    expect(upstreams.actors.map((actor) => actor?.getSnapshot().value)).toEqual(['serving', 'serving']);
    const children = Object.values(upstreams.actors[1]?.getSnapshot().children ?? {});
    expect(children.map((child) => child?.getSnapshot().value)).toEqual(['healthy', 'healthy']);
  });

  it.each([0, 5, 50, 505, 1000, 2995])('leave nothing when they are stopped after %i ms', async (ms) => {
    let flips = 0;
    const { plane, changes, isReady, upstreams, health } = start(
      [{ backends: plain(20) }, one],
      () => [CONNECT, REFUSE, SILENCE][flips++ % 3] ?? CONNECT,
    );
    plane.advance(ms);
    upstreams.stop();
    upstreams.stop();
    const [told, known] = [changes().length, health()];
    expect([plane.open, plane.timersWaiting]).toEqual([0, 0]);
    plane.advance(RESTART_DELAY_MS_MAX);
    expect([changes().length, health()]).toEqual([told, known]);
    expect(await isReady()).toBe(true);
  });

  it('go on from a health that the table knows already, without telling it again', async () => {
    const plan = planOf(one);
    const plane = new FakePlane(() => REFUSE);
    const table = new UpstreamTable(1);
    table.setHealth(0, UNHEALTHY);
    const facts: Fact[] = [];
    const emit = (fact: Fact) => void facts.push(fact);
    await startUpstreams({ plan, plane, tls: NO_TLS, table, emit, now: () => 0, random: () => 0.5 }).ready;
    plane.advance(5000);
    expect([table.health(0), facts.length]).toEqual([UNHEALTHY, 0]);
  });
});

/** What the changes of a backend with these results are, counted by hand. */
function changesOf(results: readonly boolean[], rise: number, fall: number): boolean[] {
  const changes: boolean[] = [];
  let contrary = 0;
  for (const result of results) {
    const state = changes.at(-1);
    contrary = result === state ? 0 : contrary + 1;
    const needed = state === undefined ? 1 : result ? rise : fall;
    if (contrary < needed) continue;
    changes.push(result);
    contrary = 0;
  }
  return changes;
}
