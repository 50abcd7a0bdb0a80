import { describe, expect, test } from 'vitest';
import { Deadlines } from '../../src/connection/deadlines.ts';
import { VirtualTimers } from '../stream/virtual-timers.ts';
import { planOf } from './plan.ts';

function watched() {
  const timers = new VirtualTimers();
  const told: [string, number][] = [];
  const timeouts = {
    ...planOf({}).listeners[0]!.timeouts,
    idleMs: 1000,
    halfClosedMs: 500,
    writeStallMs: 300,
    lingerMs: 200,
  };
  const deadlines = new Deadlines(timers, timeouts, {
    send: ({ type }) => told.push([type, timers.now()]),
    guard: (act) => act(),
  });
  return { timers, told, deadlines };
}

describe('deadlines', () => {
  test('share one timer and come each at its own time, whichever was set first', () => {
    const { timers, told, deadlines } = watched();
    deadlines.watchIdle();
    deadlines.watchHalfClosed();
    deadlines.after('deadline.connect', 100);
    deadlines.after('deadline.sniff', 400);
    expect(timers.waiting).toBe(1);
    timers.advanceTo(2000);
    expect(told).toEqual([
      ['deadline.connect', 100],
      ['deadline.sniff', 400],
      ['deadline.half_closed', 500],
      ['deadline.idle', 1000],
    ]);
    expect(timers.waiting).toBe(0);
  });

  test('one that was cancelled does not come, and those after it do', () => {
    const { timers, told, deadlines } = watched();
    deadlines.after('deadline.connect', 100);
    deadlines.cancel('deadline.connect');
    deadlines.watchIdle();
    timers.advanceTo(2000);
    expect(told).toEqual([['deadline.idle', 1000]]);
  });

  test('traffic puts off idle and a linger that is renewed, and no other', () => {
    const { timers, told, deadlines } = watched();
    deadlines.watchIdle();
    deadlines.watchLinger(true);
    timers.advanceTo(150);
    deadlines.touch(150);
    timers.advanceTo(340);
    deadlines.watchLinger(false);
    timers.advanceTo(500);
    deadlines.touch(500);
    timers.advanceTo(2000);
    expect(told).toEqual([
      ['deadline.linger', 540],
      ['deadline.idle', 1500],
    ]);
  });

  test('the watch of a stall goes by since when bytes wait, and ends where none do', () => {
    const { timers, told, deadlines } = watched();
    const stall = { stalledSince: 120 as number | null };
    deadlines.watchStall(stall);
    timers.advanceTo(400);
    expect(told).toEqual([]);
    timers.advanceTo(1000);
    expect(told).toEqual([['deadline.write_stall', 420]]);
    deadlines.watchStall(stall);
    stall.stalledSince = null;
    timers.advanceTo(2000);
    expect([told.length, timers.waiting]).toEqual([1, 0]);
  });

  test('none comes after the end, and no timer is left; 0 never comes', () => {
    const { timers, told, deadlines } = watched();
    deadlines.after('deadline.queue', 0);
    expect(timers.waiting).toBe(0);
    deadlines.watchIdle();
    deadlines.end();
    expect(timers.waiting).toBe(0);
    timers.advanceTo(2000);
    expect(told).toEqual([]);
  });
});
