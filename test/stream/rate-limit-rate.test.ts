import fc from 'fast-check';
import { VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { rateLimit, TimerScheduler } from '../../src/stream/index.ts';
import { RATE_WAIT_MS_MAX, RATE_WAIT_MS_MIN } from '../../src/stream/rate-limit.ts';
import { expectRate, GIB, giveBack, KIB, LateScheduler, randomLengths, run } from './rate-runs.ts';
import { record } from './recorder.ts';
import { VirtualTimers } from './virtual-timers.ts';
import { WindowedSource } from './windowed-source.ts';

/** Rate, burst and seed. */
const EXTREMES: [number, number, number][] = [
  [GIB, 64 * KIB, 1],
  [GIB, 0, 2],
  [64 * KIB, 0, 3],
];

describe('the rate', () => {
  const rates = fc.double({ min: 0, max: 1, noNaN: true }).map((x) => Math.round(64 * KIB * 16384 ** x));
  const bursts = fc.integer({ min: 0, max: 256 * KIB });
  const seconds = 10;

  it('is within 3 % over 10 s, from 64 KiB/s to 1 GiB/s, in chunks of random lengths from 1 B to 64 KiB', () => {
    const seeds = fc.integer({ min: 1, max: 2 ** 31 - 2 });
    fc.assert(
      fc.property(rates, bursts, seeds, (bytesPerSecond, burst, seed) => {
        const length = randomLengths(seed);
        const passed = run({ bytesPerSecond, burst }, new VirtualTimeScheduler(), seconds, length);
        expectRate(passed, { bytesPerSecond, burst }, seconds);
      }),
      { numRuns: 25, examples: EXTREMES },
    );
  });

  it('is within 3 % over 10 s when every chunk has the same length, a single byte too', () => {
    for (const [bytesPerSecond, length] of [
      [64 * KIB, 1],
      [64 * KIB, 64 * KIB],
      [KIB * KIB, 17],
      [16 * KIB * KIB, 1460],
      [GIB, 64 * KIB],
    ] as const) {
      const limits = { bytesPerSecond, burst: 16 * KIB };
      const passed = run(limits, new VirtualTimeScheduler(), seconds, () => length);
      expectRate(passed, limits, seconds);
    }
  });

  it('does not drift when every timer fires late, by a different time', () => {
    fc.assert(
      fc.property(rates, bursts, fc.integer({ min: 1, max: 2 ** 31 - 2 }), (rate, burst, seed) => {
        const late = new LateScheduler(seed, 40);
        const limits = { bytesPerSecond: rate, burst };
        expectRate(run(limits, late, seconds, randomLengths(seed)), limits, seconds);
      }),
      { numRuns: 15 },
    );
  });

  it('holds for a source that needs a moment to deliver again after a wait, however small the burst', () => {
    for (const bytesPerSecond of [256 * KIB, 4 * KIB * KIB, 16 * KIB * KIB]) {
      const limits = { bytesPerSecond, burst: 100 };
      const scheduler = new VirtualTimeScheduler(undefined, seconds * 1000);
      const source = new WindowedSource(() => new Uint8Array(16 * KIB));
      let passed = 0;
      rateLimit({ limits, scheduler })(source.chunks).subscribe(({ bytes }) => {
        passed += bytes.length;
        scheduler.schedule(() => source.window.give(bytes.length), 3);
      });
      scheduler.flush();
      expectRate(passed, limits, seconds);
    }
  });

  it('holds on the wheel of a plane, with its ticks of 10 ms', () => {
    const timers = new VirtualTimers();
    const limits = { bytesPerSecond: KIB * KIB, burst: 16 * KIB };
    const source = new WindowedSource(() => new Uint8Array(4096));
    const stage = rateLimit({ limits, scheduler: new TimerScheduler(timers) });
    const seen = record(stage(source.chunks), timers, (chunk) => source.window.give(chunk.bytes.length));
    timers.advanceTo(seconds * 1000);
    seen.subscription.unsubscribe();
    expectRate(seen.bytes, limits, seconds);
    expect(timers.waiting).toBe(0);
  });

  it('is kept from 1 KiB/s on, in pieces worth sending', () => {
    const limits = { bytesPerSecond: KIB, burst: 0 };
    const scheduler = new VirtualTimeScheduler(undefined, seconds * 1000);
    const source = new WindowedSource(() => new Uint8Array(1));
    const seen = record(rateLimit({ limits, scheduler })(source.chunks), scheduler, giveBack(source));
    scheduler.flush();
    expectRate(seen.bytes, limits, seconds);
    expect(seen.chunks.length).toBeLessThanOrEqual((seconds * 1000) / RATE_WAIT_MS_MAX);
  });

  it('never wakes more often than the shortest wait', () => {
    const scheduler = new LateScheduler(1, 0);
    run({ bytesPerSecond: GIB / 7, burst: 1 }, scheduler, 1, () => 1000);
    expect(scheduler.delays.length).toBeGreaterThan(50);
    expect(Math.min(...scheduler.delays)).toBeGreaterThanOrEqual(RATE_WAIT_MS_MIN);
    expect(Math.max(...scheduler.delays)).toBeLessThanOrEqual(RATE_WAIT_MS_MAX);
  });
});
