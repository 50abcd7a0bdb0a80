import { describe, expect, it } from 'vitest';
import type { Timers } from '../../src/core/ports.ts';
import { ActorClock } from '../../src/upstream/actor-clock.ts';

/** A clock on timers that a test fires by hand; `cancelled` are the delays of those that were cancelled. */
function setUp() {
  const fires: (() => void)[] = [];
  const cancelled: number[] = [];
  const timers: Timers = {
    epoch: 0,
    now: () => 0,
    after: (delayMs, fire) => {
      fires.push(fire);
      return { cancel: () => cancelled.push(delayMs) };
    },
  };
  return { clock: new ActorClock(timers), fires, cancelled };
}

describe('the clock of the actors', () => {
  it('fires on the timers of the plane', () => {
    const { clock, fires } = setUp();
    let fired = 0;
    clock.setTimeout(() => fired++, 10);
    fires[0]?.();
    expect(fired).toBe(1);
  });

  it('cancels one timer, or all that still wait; it holds none that fired or was cancelled', () => {
    const { clock, fires, cancelled } = setUp();
    const noop = (): void => {};
    clock.setTimeout(noop, 1);
    const second = clock.setTimeout(noop, 2);
    clock.setTimeout(noop, 3);
    clock.setTimeout(noop, 4);
    fires[0]?.();
    clock.clearTimeout(second);
    expect(cancelled).toEqual([2]);
    clock.cancelAll();
    clock.cancelAll();
    expect(cancelled).toEqual([2, 3, 4]);
  });
});
