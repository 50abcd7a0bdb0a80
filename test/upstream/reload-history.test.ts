import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HealthFact } from '../../src/core/facts.ts';
import { HEALTHY } from '../../src/core/upstream-table.ts';
import { CONNECT, REFUSE } from './fake-plane.ts';
import {
  addBackend,
  addPool,
  type Draft,
  HEALTH,
  type PoolSketch,
  plain,
  retireBackend,
  retirePool,
} from './plans.ts';
import { start } from './running.ts';

const one: PoolSketch = { backends: plain(1) };
const two: PoolSketch = { backends: plain(2) };

/** What a reload may do, to the nth of what there is. */
const CHANGES: Record<string, (draft: Draft, nth: number) => void> = {
  nothing() {},
  addPool: (draft, nth) => addPool(draft, { backends: plain(nth % 3) }),
  retirePool(draft, nth) {
    const pool = nthOf(draft.pools, nth);
    if (pool !== undefined) retirePool(draft, pool.index);
  },
  addBackend(draft, nth) {
    const pool = nthOf(draft.pools, nth);
    if (pool !== undefined) addBackend(draft, pool.index);
  },
  retireBackend(draft, nth) {
    const backend = nthOf(draft.backends, nth);
    if (backend !== undefined) retireBackend(draft, backend.row);
  },
  weight: (draft, nth) => Object.assign(nthOf(draft.backends, nth) ?? {}, { weight: nth + 1 }),
  thresholds: (draft, nth) =>
    Object.assign(nthOf(draft.pools, nth) ?? {}, { health: { ...HEALTH, rise: 1 + (nth % 3), fall: 1 } }),
  loseHealthCheck: (draft, nth) => Object.assign(nthOf(draft.pools, nth) ?? {}, { health: null }),
  gainHealthCheck: (draft, nth) => Object.assign(nthOf(draft.pools, nth) ?? {}, { health: HEALTH }),
};

function nthOf<T extends { readonly retired: boolean }>(all: readonly T[], nth: number): T | undefined {
  const live = all.filter(({ retired }) => !retired);
  return live[nth % Math.max(1, live.length)];
}

/** Each fact of a backend tells another health than the one before it. */
function expectAlternating(changes: readonly HealthFact[]): void {
  const last = new Map<number, boolean>();
  for (const { backend, healthy } of changes) {
    expect(last.get(backend)).not.toBe(healthy);
    last.set(backend, healthy);
  }
}

/** A pool whose balancer crashes when it is told to: as it tells of a checker that crashed. */
function startFragile() {
  let isTorn = false;
  const running = start(
    [two],
    () => CONNECT,
    (fact) => {
      const isOfChecker = fact.kind === 'error' && fact.message.startsWith('the health checker');
      if (isTorn && (fact.kind === 'health' || isOfChecker)) throw new Error('torn');
    },
  );
  const crash = (): void => {
    const { plane, upstreams, errors } = running;
    const crashed = upstreams.actors[0];
    isTorn = true;
    plane.answerWith(() => REFUSE);
    for (let waitedMs = 0; errors().length === 0 && waitedMs < 10_000; waitedMs += 10) plane.advance(10);
    isTorn = false;
    plane.answerWith(() => CONNECT);
    expect(errors()).toEqual(['the supervisor of pool pool-0 crashed: Error: torn']);
    expect(crashed?.getSnapshot().status).toBe('error');
  };
  return { ...running, crash };
}

describe('upstreams over many reloads and crashes', () => {
  it('tell each change once, probe each backend in use and nothing else, over any history of reloads', () => {
    const change = fc.constantFrom(...Object.keys(CHANGES));
    const step = fc.record({
      change,
      nth: fc.nat(10),
      waitMs: fc.nat(2500),
      up: fc.integer({ min: 0, max: 255 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const running = start([two, one], () => CONNECT);
        for (const { change: what, nth, waitMs, up } of steps) {
          running.plane.answerWith((to) => (up & (1 << (Number(to.slice(-1)) % 8)) ? CONNECT : REFUSE));
          running.reload((draft) => CHANGES[what]?.(draft, nth));
          running.plane.advance(waitMs);
          expectAlternating(running.changes());
        }
        running.plane.answerWith(() => CONNECT);
        running.plane.advance(10_000);
        const plan = running.current();
        const live = plan.backends.filter(({ retired }) => !retired);
        for (const { row } of live) expect(running.table.health(row)).toBe(HEALTHY);
        const probed = live.filter(({ pool }) => plan.pools[pool]?.health !== null).map(({ row }) => row);
        const before = plan.backends.map(({ row }) => running.dialsTo(row));
        running.plane.advance(1500);
        const dialed = plan.backends.filter(({ row }) => running.dialsTo(row) > (before[row] ?? 0));
        expect(dialed.map(({ row }) => row)).toEqual(probed);
        running.upstreams.stop();
        expect([running.plane.open, running.plane.timersWaiting, running.plane.errors]).toEqual([0, 0, []]);
      }),
      { numRuns: 60 },
    );
  });

  it('start a balancer that crashes after a reload again, with the backends that it has since', () => {
    const { plane, upstreams, reload, dialsTo, crash } = startFragile();
    plane.advance(500);
    reload((draft) => addBackend(draft, 0));
    plane.advance(500);
    crash();
    plane.advance(2000);
    const before = [dialsTo(0), dialsTo(2)];
    plane.advance(5000);
    expect(upstreams.actors[0]?.getSnapshot().status).toBe('active');
    expect([dialsTo(0), dialsTo(2)]).toEqual(before.map((count) => count + 5));
  });

  it('leave nothing of a pool whose balancer had crashed when it was taken away', () => {
    const { plane, reload, crash } = startFragile();
    plane.advance(500);
    crash();
    reload((draft) => retirePool(draft, 0));
    expect([plane.open, plane.timersWaiting]).toEqual([0, 0]);
  });
});
