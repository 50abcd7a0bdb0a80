import { describe, expect, it } from 'vitest';
import type { PassivePlan } from '../../src/core/plan.ts';
import { createPicker } from '../../src/upstream/index.ts';
import { CONNECT, REFUSE } from './fake-plane.ts';
import { HEALTH, plain } from './plans.ts';
import { start } from './running.ts';

const PASSIVE: PassivePlan = {
  failures: 3,
  count: ['refused'],
  firstByteMs: 1000,
  ejectMs: 10_000,
  ejectMsMax: 60_000,
  ejectedPercentMax: 50,
};

function fail(world: ReturnType<typeof start>, row: number): void {
  const picker = createPicker(world.current(), world.table, 0);
  for (let n = 0; n < PASSIVE.failures; n++) picker.failing(row, 'refused');
  world.plane.advance(100);
}

describe('what a history is told of a backend', () => {
  it('has each change of its health, with what it was before', () => {
    let answer = CONNECT;
    const world = start([{ health: HEALTH, backends: plain(1) }], () => answer);
    world.plane.advance(100);
    answer = REFUSE;
    world.plane.advance(60_000);
    const [first, second] = world.notes;
    expect(first).toMatch(/^pool-0\/\S+ health: unknown > healthy \(connected in /);
    expect(second).toMatch(/^pool-0\/\S+ health: healthy > unhealthy \(ECONNREFUSED\)$/);
    expect(world.notes).toHaveLength(2);
  });

  it('has each change of its circuit, the last of which no fact tells, and an ejection that was withheld', () => {
    const world = start([{ health: null, passive: PASSIVE, backends: plain(2) }], () => CONNECT);
    world.notes.length = 0;
    fail(world, 0);
    fail(world, 1);
    world.plane.advance(10_100);
    for (let n = 0; n < PASSIVE.failures; n++) world.table.circuits.answered(0);
    world.plane.advance(100);
    expect(world.notes.map((note) => note.replace(/^\S+ /, ''))).toEqual([
      'circuit: closed > open (3 in a row: refused)',
      'withheld: closed > closed (3 in a row: refused)',
      'circuit: open > half-open (its time has passed)',
      'circuit: half-open > closed (its trial has passed)',
    ]);
  });

  it('has the end of an ejection by a reload whose pool no longer ejects', () => {
    const world = start([{ health: null, passive: PASSIVE, backends: plain(2) }], () => CONNECT);
    fail(world, 0);
    world.notes.length = 0;
    world.reload((draft) => {
      for (const pool of draft.pools) pool.passive = null;
    });
    expect(world.notes.map((note) => note.replace(/^\S+ /, ''))).toEqual([
      'circuit: open > half-open (its pool no longer ejects)',
      'circuit: half-open > closed (its pool no longer ejects)',
    ]);
  });

  it('has what an operator says of it, and the health that comes of that', () => {
    const world = start([{ health: null, backends: plain(1) }], () => CONNECT);
    world.notes.length = 0;
    const [pool] = world.current().pools;
    const [backend] = world.current().backends;
    const say = (change: object) =>
      world.upstreams.override(pool?.name ?? '', backend?.name ?? '', change, 'somebody');
    say({ admin: 'drain', weight: 5 });
    say({ admin: 'maintenance', weight: null });
    say({ admin: 'ready' });
    expect(world.notes.map((note) => note.replace(/^\S+ /, ''))).toEqual([
      'override: ready > drain weight 5 (somebody)',
      'override: drain weight 5 > maintenance (somebody)',
      'health: healthy > unhealthy (maintenance)',
      'override: maintenance > ready (somebody)',
      'health: unhealthy > healthy (no longer in maintenance)',
    ]);
  });
});
