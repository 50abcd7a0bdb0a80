import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CATCH_UP_MS_MAX, SURPLUS_MS, TokenBucket } from '../../src/stream/token-bucket.ts';

describe('a token bucket', () => {
  it('starts full, and says when the next bytes may pass', () => {
    const bucket = new TokenBucket({ bytesPerSecond: 1000, burst: 50 }, 0);
    expect(bucket.available).toBe(50);
    bucket.spend(50);
    expect(bucket.available).toBe(0);
    expect(bucket.timeUntil(7)).toBe(7);
    bucket.refill(7, true);
    expect(bucket.available).toBe(7);
  });

  it('earns exactly the rate over any sequence of waits, to the byte', () => {
    const rates = fc.integer({ min: 1, max: 2 ** 30 });
    fc.assert(
      fc.property(rates, fc.array(fc.integer({ min: 1, max: CATCH_UP_MS_MAX })), (bytesPerSecond, waits) => {
        const bucket = new TokenBucket({ bytesPerSecond, burst: 0 }, 0);
        let now = 0;
        let passed = 0;
        for (const wait of waits) {
          now += wait;
          bucket.refill(now, true);
          passed += bucket.available;
          bucket.spend(bucket.available);
        }
        expect(passed).toBe(Math.floor((bytesPerSecond * now) / 1000));
      }),
    );
  });

  it('keeps beyond the burst what a wait earned, for a moment', () => {
    const bucket = new TokenBucket({ bytesPerSecond: 1000, burst: 10 }, 0);
    bucket.refill(500, true);
    expect(bucket.available).toBe(510);
    bucket.refill(500 + SURPLUS_MS, false);
    expect(bucket.available).toBe(510 + SURPLUS_MS);
    bucket.refill(501 + SURPLUS_MS, false);
    expect(bucket.available).toBe(10);
  });

  it('does not pay for more than a second when the clock leaps during a wait', () => {
    const bucket = new TokenBucket({ bytesPerSecond: 1000, burst: 0 }, 0);
    bucket.refill(3_600_000, true);
    expect(bucket.available).toBe(1000);
  });

  it('takes nothing away when the clock goes backwards, and goes on from there', () => {
    const bucket = new TokenBucket({ bytesPerSecond: 1000, burst: 100 }, 10_000);
    bucket.refill(4000, true);
    expect(bucket.available).toBe(100);
    bucket.refill(4020, true);
    expect(bucket.available).toBe(120);
  });

  it('lets everything pass without a rate, and is as full as it was when it gets one', () => {
    const limits = { bytesPerSecond: 0, burst: 100 };
    const bucket = new TokenBucket(limits, 0);
    expect(bucket.available).toBe(Number.POSITIVE_INFINITY);
    bucket.spend(1_000_000);
    limits.bytesPerSecond = 1000;
    bucket.refill(5000, false);
    expect(bucket.available).toBe(100);
  });
});
