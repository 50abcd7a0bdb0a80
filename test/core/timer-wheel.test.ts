import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TICK_MS, TimerWheel } from '../../src/core/timer-wheel.ts';

const noErrors = (error: unknown): never => {
  throw error;
};

interface Naive {
  readonly due: number;
  readonly order: number;
  cancelled: boolean;
}

describe('the timer wheel', () => {
  it('fires what a naive list fires: never early, late by less than a tick, in order of ticks', () => {
    const step = fc.oneof(
      fc.record({
        kind: fc.constant('set' as const),
        delay: fc.double({ min: 0.01, max: 30_000, noNaN: true }),
      }),
      fc.record({ kind: fc.constant('cancel' as const), which: fc.nat() }),
      fc.record({ kind: fc.constant('pass' as const), ms: fc.double({ min: 0, max: 5_000, noNaN: true }) }),
      fc.record({ kind: fc.constant('wait' as const) }),
    );
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e7, noNaN: true }), fc.array(step), (start, steps) => {
        let now = start;
        const wheel = new TimerWheel(now);
        const timers: { naive: Naive; cancel: () => void; fired: number }[] = [];
        let lastTick = 0;
        const advance = (to: number): void => {
          now = to;
          lastTick = 0;
          wheel.advance(now, noErrors);
          for (const { naive, fired } of timers) {
            if (naive.cancelled) continue;
            if (naive.due > now) expect(fired).toBe(0);
            if (naive.due + TICK_MS <= now) expect(fired).toBe(1);
          }
        };
        for (const next of steps) {
          if (next.kind === 'set') {
            const naive = { due: now + next.delay, order: timers.length, cancelled: false };
            const timer = { naive, cancel: () => {}, fired: 0 };
            timer.cancel = wheel.schedule(now, next.delay, () => {
              timer.fired++;
              const tick = Math.ceil(naive.due / TICK_MS);
              expect(tick).toBeGreaterThanOrEqual(lastTick);
              lastTick = tick;
            }).cancel;
            timers.push(timer);
          } else if (next.kind === 'cancel') {
            const timer = timers[next.which % Math.max(1, timers.length)];
            if (timer === undefined) continue;
            if (timer.fired === 0) timer.naive.cancelled = true;
            timer.cancel();
          } else if (next.kind === 'pass') advance(now + next.ms);
          else {
            const due = wheel.nextDue();
            const waiting = timers.filter(({ naive, fired }) => fired === 0 && !naive.cancelled);
            expect(due === null).toBe(waiting.length === 0);
            if (due !== null) {
              const first = Math.min(...waiting.map(({ naive }) => naive.due));
              expect(due).toBeGreaterThanOrEqual(first);
              expect(due - first).toBeLessThan(TICK_MS);
            }
          }
          expect(wheel.size).toBe(
            timers.filter(({ naive, fired }) => fired === 0 && !naive.cancelled).length,
          );
        }
        advance(now + 60_000);
        for (const { naive, fired } of timers) expect(fired).toBe(naive.cancelled ? 0 : 1);
        expect(wheel.size).toBe(0);
        expect(wheel.nextDue()).toBeNull();
      }),
    );
  });

  it('fires timers of one tick in the order they were set', () => {
    const wheel = new TimerWheel(0);
    const order: number[] = [];
    for (const delay of [9, 1, 5]) wheel.schedule(0, delay, () => order.push(delay));
    wheel.advance(10, noErrors);
    expect(order).toEqual([9, 1, 5]);
  });

  it('a delay of 0 or less fires with the next tick, not in the call that set it', () => {
    const wheel = new TimerWheel(100);
    const fired: number[] = [];
    wheel.schedule(100, 0, () => fired.push(0));
    wheel.schedule(100, -50, () => fired.push(-50));
    wheel.advance(109, noErrors);
    expect(fired).toEqual([]);
    wheel.advance(110, noErrors);
    expect(fired).toEqual([0, -50]);
  });

  it('a timer can cancel another of the same tick, itself, and one long gone', () => {
    const wheel = new TimerWheel(0);
    const fired: string[] = [];
    const first = wheel.schedule(0, 5, () => {
      fired.push('first');
      first.cancel();
      second.cancel();
    });
    const second = wheel.schedule(0, 5, () => fired.push('second'));
    wheel.schedule(0, 5, () => fired.push('third'));
    wheel.advance(10, noErrors);
    expect(fired).toEqual(['first', 'third']);
    first.cancel();
    second.cancel();
    expect(wheel.size).toBe(0);
  });

  it('a timer set by a timer fires at its own time, however far the clock has jumped', () => {
    const wheel = new TimerWheel(0);
    let fired = false;
    wheel.schedule(0, 5, () =>
      wheel.schedule(1000, 50, () => {
        fired = true;
      }),
    );
    wheel.advance(1000, noErrors);
    expect(fired).toBe(false);
    wheel.advance(1050, noErrors);
    expect(fired).toBe(true);
  });

  it('an exception goes to the handler and the rest still fires', () => {
    const wheel = new TimerWheel(0);
    const errors: unknown[] = [];
    let fired = 0;
    for (let i = 0; i < 3; i++) {
      wheel.schedule(0, 5, () => {
        fired++;
        throw new Error(`timer ${i}`);
      });
    }
    wheel.advance(10, (error) => errors.push((error as Error).message));
    expect(fired).toBe(3);
    expect(errors).toEqual(['timer 0', 'timer 1', 'timer 2']);
  });

  it('timers of many turns of the wheel wait for their own turn', () => {
    const wheel = new TimerWheel(0);
    const hour = 3_600_000;
    let firedAt = -1;
    wheel.schedule(0, hour, () => {
      firedAt = now;
    });
    let now = 0;
    for (now = 0; now < hour; now += 997) wheel.advance(now, noErrors);
    expect(firedAt).toBe(-1);
    expect(wheel.nextDue()).toBe(hour);
    now = hour;
    wheel.advance(now, noErrors);
    expect(firedAt).toBe(hour);
  });

  it('100,000 timers all fire once, half of them cancelled, none lost', () => {
    const wheel = new TimerWheel(0);
    const fired = new Uint8Array(100_000);
    const handles = Array.from(fired, (_, i) =>
      wheel.schedule(0, (i * 7919) % 100_003, () => {
        fired[i] = (fired[i] ?? 0) + 1;
      }),
    );
    for (let i = 0; i < handles.length; i += 2) handles[i]?.cancel();
    expect(wheel.size).toBe(50_000);
    for (let now = 0; now <= 100_020; now += 13) wheel.advance(now, noErrors);
    wheel.advance(100_020, noErrors);
    expect(fired.every((count, i) => count === i % 2)).toBe(true);
    expect(wheel.size).toBe(0);
  });

  it('a handle that is kept holds on to no other timer', () => {
    const wheel = new TimerWheel(0);
    const handles = [1, 2, 3].map(() => wheel.schedule(0, 5, () => {}));
    for (const handle of handles) handle.cancel();
    for (const handle of handles) expect(handle).toMatchObject({ previous: null, next: null, fire: null });
  });
});
