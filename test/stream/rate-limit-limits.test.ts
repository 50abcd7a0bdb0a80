import fc from 'fast-check';
import { VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { type RateLimits, rateLimit } from '../../src/stream/index.ts';
import { RATE_WAIT_MS_MAX } from '../../src/stream/rate-limit.ts';
import { bytesBetween, expectNear, flowing, GIB, giveBack, pushed } from './rate-runs.ts';
import { record } from './recorder.ts';
import { WindowedSource } from './windowed-source.ts';

describe('the burst', () => {
  it('passes at once, whole, and not a byte more', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 200_000 }),
        fc.integer({ min: 1, max: 20_000 }),
        (burst, length) => {
          const limits = { bytesPerSecond: 100_000, burst };
          const scheduler = new VirtualTimeScheduler(undefined, 0);
          const source = new WindowedSource(() => new Uint8Array(length));
          const seen = record(rateLimit({ limits, scheduler })(source.chunks), scheduler, giveBack(source));
          // A remainder that is not worth cutting a chunk for (what 10 ms earn) waits.
          expect(seen.bytes).toBeLessThanOrEqual(burst);
          expect(seen.bytes).toBeGreaterThan(burst - 1024);
        },
      ),
    );
  });

  it('is earned again in a pause, and no more than it', () => {
    const limits = { bytesPerSecond: 100_000, burst: 5000 };
    const { passedAt, scheduler, send } = pushed(limits);
    send(0, 50_000);
    send(60_000, 50_000);
    scheduler.flush();
    expect(passedAt(0)).toBe(5000);
    expect(passedAt(60_000) - passedAt(59_999)).toBe(5000);
    expect(passedAt(70_000)).toBe(100_000);
  });

  it('never lets more than the burst and the rate since the start pass, whatever the source does', () => {
    const step = fc.record({ gap: fc.nat(400), length: fc.integer({ min: 1, max: 20_000 }) });
    const limits = { bytesPerSecond: 50_000, burst: 3000 };
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const { seen, scheduler, send } = pushed(limits);
        let time = 0;
        for (const { gap, length } of steps) {
          time += gap;
          send(time, length);
        }
        scheduler.flush();
        let passed = 0;
        for (const [index, chunk] of seen.chunks.entries()) {
          passed += chunk.bytes.length;
          const allowed = limits.burst + (limits.bytesPerSecond * (seen.times[index] ?? 0)) / 1000;
          expect(passed).toBeLessThanOrEqual(allowed);
        }
        expect(passed).toBe(steps.reduce((sum, { length }) => sum + length, 0));
      }),
    );
  });
});

describe('limits that change while the stage lives', () => {
  it('take effect within the longest wait, up and down', () => {
    const limits: RateLimits = { bytesPerSecond: 100_000, burst: 0 };
    const { seen, scheduler } = flowing(limits, 9000);
    scheduler.schedule(() => (limits.bytesPerSecond = 10_000_000), 3000);
    scheduler.schedule(() => (limits.bytesPerSecond = 50_000), 6000);
    scheduler.flush();
    const bytesIn = (from: number, to: number) => bytesBetween(seen, from, to);
    expectNear(bytesIn(0, 3000), 300_000);
    expectNear(bytesIn(3000 + RATE_WAIT_MS_MAX, 6000), 29_000_000);
    expectNear(bytesIn(6000 + RATE_WAIT_MS_MAX, 9000), 145_000);
  });

  it('do not pay for the past: a wait is worth what it earned at the old rate', () => {
    const limits: RateLimits = { bytesPerSecond: 1024, burst: 0 };
    const { seen, scheduler } = flowing(limits, 200);
    scheduler.schedule(() => (limits.bytesPerSecond = GIB), 99);
    scheduler.flush();
    expect(bytesBetween(seen, 0, 101)).toBeLessThanOrEqual(103);
  });

  it('of 0 let everything go that was held, and pass everything from then on', () => {
    const limits: RateLimits = { bytesPerSecond: 1024, burst: 0 };
    const { passedAt, scheduler, send } = pushed(limits);
    send(0, 100_000);
    scheduler.schedule(() => (limits.bytesPerSecond = 0), 500);
    send(1000, 1_000_000);
    scheduler.flush();
    expect(passedAt(499)).toBeLessThanOrEqual(512);
    expect(passedAt(500 + RATE_WAIT_MS_MAX)).toBe(100_000);
    expect(passedAt(1000)).toBe(1_100_000);
  });
});
