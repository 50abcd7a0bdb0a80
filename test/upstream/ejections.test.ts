import { describe, expect, it } from 'vitest';
import type { EjectionFact, Fact } from '../../src/core/facts.ts';
import type { PassivePlan } from '../../src/core/plan.ts';
import { HEALTHY, UNHEALTHY } from '../../src/core/upstream-table.ts';
import { createPicker } from '../../src/upstream/index.ts';
import { CONNECT, REFUSE } from './fake-plane.ts';
import { HEALTH, type PoolSketch, plain, retireBackend } from './plans.ts';
import { start } from './running.ts';

const PASSIVE: PassivePlan = {
  failures: 3,
  count: ['refused', 'reset'],
  firstByteMs: 1000,
  ejectMs: 10_000,
  ejectMsMax: 60_000,
  ejectedPercentMax: 50,
};

/** A pool of so many backends that ejects, without probes unless the sketch says so, and what is told of it. */
function running(
  backends: number,
  sketch: Partial<PoolSketch> = {},
  onFact: (fact: Fact) => void = () => {},
) {
  const told: string[] = [];
  const sketches = [{ health: null, passive: PASSIVE, ...sketch, backends: plain(backends) }];
  const world = start(
    sketches,
    () => CONNECT,
    (fact) => {
      onFact(fact);
      if (fact.kind === 'ejection') told.push(lineOf(fact));
    },
  );
  const fail = (row: number, times: number): void => {
    const picker = createPicker(world.current(), world.table, 0);
    for (let n = 0; n < times; n++) picker.failing(row, 'refused');
  };
  const state = (row: number) => world.table.circuits.state(row);
  return { ...world, told, fail, state };
}

function lineOf({ backend, change, cause, ms }: EjectionFact): string {
  return `${backend} ${change} (${cause}) ${ms}`;
}

describe('ejections', () => {
  it('follow so many failures in a row, are told once, and end when their time has passed', () => {
    const { plane, fail, state, told, table } = running(4);
    fail(1, 2);
    plane.advance(500);
    expect([state(1), told]).toEqual(['closed', []]);
    fail(1, 40);
    plane.advance(100);
    expect([state(1), table.effectiveHealth(1), told]).toEqual([
      'open',
      UNHEALTHY,
      ['1 ejected (3 in a row: refused) 10000'],
    ]);
    plane.advance(10_100);
    expect([state(1), table.effectiveHealth(1), told.slice(1)]).toEqual([
      'half-open',
      HEALTHY,
      ['1 returned (its time has passed) 10000'],
    ]);
    fail(1, 1);
    plane.advance(100);
    expect(told.slice(2)).toEqual(['1 ejected (on trial: refused) 20000']);
    expect(plane.errors).toEqual([]);
  });

  it('end for good with as many answers as make an ejection', () => {
    const { plane, fail, state, table } = running(4);
    fail(0, 3);
    plane.advance(10_200);
    for (let n = 0; n < 3; n++) table.circuits.answered(0);
    plane.advance(100);
    expect(state(0)).toBe('closed');
    fail(0, 2);
    plane.advance(100);
    expect(state(0)).toBe('closed');
  });

  it('count only what the pool says, in every shard alike', () => {
    const { plane, state, table, current } = running(4);
    const pickers = [createPicker(current(), table, 0), createPicker(current(), table, 0)] as const;
    for (let n = 0; n < 9; n++) pickers[0].failing(2, 'timeout');
    plane.advance(200);
    expect(state(2)).toBe('closed');
    pickers[0].failing(2, 'reset');
    pickers[1].failing(2, 'reset');
    pickers[0].failing(2, 'reset');
    plane.advance(100);
    expect(state(2)).toBe('open');
  });

  it('never take more of the pool than its share, those that probes found unhealthy included', () => {
    const { plane, fail, told, table } = running(5);
    for (const row of [0, 1, 2, 3, 4]) fail(row, 3);
    plane.advance(100);
    const out = () => [0, 1, 2, 3, 4].filter((row) => table.effectiveHealth(row) === UNHEALTHY);
    expect(out()).toEqual([0, 1]);
    expect(told.slice(2).map((line) => line.slice(0, 10))).toEqual([
      '2 withheld',
      '3 withheld',
      '4 withheld',
    ]);
    for (const row of [2, 3, 4]) fail(row, 30);
    plane.advance(1000);
    expect([out(), told.length]).toEqual([[0, 1], 5]);

    const probed = running(4, { health: HEALTH });
    probed.plane.answerWith((to) => (to.endsWith(':9003') ? REFUSE : CONNECT));
    probed.plane.advance(10_000);
    for (const row of [0, 1]) probed.fail(row, 3);
    probed.plane.advance(100);
    expect([0, 1, 2, 3].map(probed.state)).toEqual(['open', 'closed', 'closed', 'closed']);
  });

  it('never take the only backend of a pool', () => {
    const { plane, fail, state, told } = running(1);
    fail(0, 100);
    plane.advance(1000);
    expect([state(0), told]).toEqual(['closed', ['0 withheld (3 in a row: refused) 0']]);
  });

  it('end before their time where a probe finds healthy again what one had found unhealthy', () => {
    const { plane, fail, told } = running(2, { health: HEALTH });
    plane.advance(100);
    fail(1, 3);
    plane.answerWith((to) => (to.endsWith(':9001') ? REFUSE : CONNECT));
    plane.advance(4500);
    plane.answerWith(() => CONNECT);
    plane.advance(3000);
    expect(told).toHaveLength(2);
    expect(told[1]).toMatch(/^1 returned \(a probe has passed\) [4-7]\d00$/);
  });

  it('survive a reload that keeps the backend, and not one that ends ejection or takes the backend away', () => {
    const { plane, fail, state, told, reload } = running(4);
    fail(0, 3);
    fail(1, 3);
    plane.advance(4000);
    reload(({ pools }) => void Object.assign(pools[0] ?? {}, { passive: { ...PASSIVE, failures: 9 } }));
    plane.advance(4000);
    expect([state(0), told.length]).toEqual(['open', 2]);
    reload((draft) => retireBackend(draft, 1));
    plane.advance(2100);
    expect(told.slice(2)).toEqual(['0 returned (its time has passed) 10000']);
    fail(0, 9);
    plane.advance(100);
    reload(({ pools }) => void Object.assign(pools[0] ?? {}, { passive: null }));
    expect([state(0), told.at(-1)]).toEqual(['closed', '0 returned (its pool no longer ejects) 0']);
    const timers = plane.timersWaiting;
    plane.advance(60_000);
    expect([plane.timersWaiting <= timers, told.length]).toEqual([true, 5]);
  });

  it('survive a crash of the circuit: what was not told has not happened, and happens when it runs again', () => {
    let failures = 1;
    const { plane, fail, state, told, errors } = running(4, {}, ({ kind }) => {
      if (kind === 'ejection' && failures-- > 0) throw new Error('torn');
    });
    fail(1, 3);
    plane.advance(100);
    expect([state(1), errors()]).toEqual([
      'closed',
      ['the circuit of backend pool-0/127.0.0.1:9001 crashed: Error: torn'],
    ]);
    fail(1, 1);
    plane.advance(1200);
    expect(told).toEqual(['1 ejected (3 in a row: refused) 10000']);
    failures = 1;
    plane.advance(10_000);
    expect([state(1), told.length]).toEqual(['open', 1]);
    plane.advance(3000);
    expect([state(1), told.length]).toEqual(['half-open', 2]);
  });

  it('leave no timer behind when the service stops, nor any while no pool ejects', () => {
    const { plane, fail, upstreams } = running(4);
    fail(1, 3);
    plane.advance(500);
    upstreams.stop();
    expect(plane.timersWaiting).toBe(0);
    expect(running(4, { passive: null }).plane.timersWaiting).toBe(0);
  });
});
