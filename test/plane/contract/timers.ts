import { expect } from 'vitest';
import { TICK_MS } from '../../../src/core/timer-wheel.ts';
import type { Claim } from './support.ts';

export function timerClaims(claim: Claim): void {
  claim('a timer never fires early, and fires once', async (world) => {
    const { timers } = world.plane;
    const delays = [0, 1, 5, 9, 10, 11, 15, 20, 25.5, 40];
    const early: number[] = [];
    let fired = 0;
    for (const delay of delays) {
      const due = timers.now() + delay;
      timers.after(delay, () => {
        fired++;
        if (timers.now() < due) early.push(delay);
      });
    }
    expect(fired).toBe(0);
    await world.until(() => fired >= delays.length, 'all timers');
    await world.settle();
    expect(fired).toBe(delays.length);
    expect(early).toEqual([]);
  });

  claim('timers fire in the order of their ticks, whatever the order they were set in', async (world) => {
    const { timers } = world.plane;
    const order: number[] = [];
    for (const step of [3, 1, 4, 0, 2]) timers.after(step * 2 * TICK_MS, () => order.push(step));
    await world.until(() => order.length === 5, 'all timers');
    expect(order).toEqual([0, 1, 2, 3, 4]);
  });

  claim('a timer that is cancelled never fires, whenever it is cancelled', async (world) => {
    const { timers } = world.plane;
    const fired: string[] = [];
    const later = timers.after(2 * TICK_MS, () => fired.push('later'));
    const first = timers.after(0, () => {
      fired.push('first');
      later.cancel();
    });
    timers.after(0, () => fired.push('cancelled')).cancel();
    timers.after(5 * TICK_MS, () => fired.push('last'));
    await world.until(() => fired.includes('last'), 'the last timer');
    first.cancel();
    expect(fired).toEqual(['first', 'last']);
  });

  claim('a timer may set another', async (world) => {
    const { timers } = world.plane;
    let rounds = 0;
    const again = (): void => {
      rounds++;
      if (rounds < 5) timers.after(0, again);
    };
    timers.after(0, again);
    await world.until(() => rounds === 5, 'five rounds');
  });

  claim('a timer that throws is reported and stops no other', async (world) => {
    const { timers } = world.plane;
    let fired = false;
    timers.after(0, () => {
      throw new Error('timer');
    });
    timers.after(0, () => {
      fired = true;
    });
    await world.until(() => fired, 'the other timer');
    expect(world.errors).toHaveLength(1);
  });

  claim('no timer fires after the plane has closed, and none can be set', async (world) => {
    const { timers } = world.plane;
    let fired = 0;
    const fire = (): void => {
      fired++;
    };
    timers.after(0, fire);
    timers.after(3 * TICK_MS, fire);
    await world.plane.close();
    timers.after(0, fire);
    const before = fired;
    await world.settle();
    expect(fired).toBe(before);
  });

  claim('the clock does not run backwards, and its epoch makes wall time of it', async (world) => {
    const { timers } = world.plane;
    const start = timers.now();
    await world.settle();
    expect(timers.now()).toBeGreaterThanOrEqual(start);
    expect(Number.isFinite(timers.epoch)).toBe(true);
    expect(new Date(timers.epoch + timers.now()).getUTCFullYear()).toBeGreaterThan(2000);
  });
}
