import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AcceptRates } from '../../src/shared-memory/accept-rates.ts';

function ratesOf() {
  const memory = new SharedArrayBuffer(8 * 4);
  const clock = { ms: 5 };
  const shard = () => new AcceptRates(memory, () => clock.ms);
  return { clock, shards: [shard(), shard()] as const };
}

/** How many can be taken now. */
function drain(rates: AcceptRates, rate: number, listener = 0): number {
  let count = 0;
  while (rates.take(listener, rate)) count++;
  return count;
}

describe('an accept rate', () => {
  test.each([
    [0.25, 1],
    [1, 1],
    [2.5, 2],
    [3, 3],
    [500, 500],
    [7777, 7777],
  ])('of %d a second lets in one second of it at once, at least one, whichever shard asks', (rate, burst) => {
    const { shards } = ratesOf();
    const half = Math.floor(burst / 2);
    for (let taken = 0; taken < half; taken++) expect(shards[0].take(0, rate)).toBe(true);
    expect(drain(shards[1], rate)).toBe(burst - half);
    expect(shards[0].take(0, rate)).toBe(false);
  });

  test('is the rate over any time, exactly as a bucket of tokens would have it', () => {
    const step = fc.record({ wait: fc.integer({ min: 0, max: 400 }), tries: fc.integer({ min: 0, max: 5 }) });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.array(step, { maxLength: 60 }), (halves, steps) => {
        const period = 80;
        const rate = (1000 / period) * halves;
        const { clock, shards } = ratesOf();
        let tokens = rate;
        for (const [turn, { wait, tries }] of steps.entries()) {
          clock.ms += wait;
          tokens = Math.min(rate, tokens + (wait * halves) / period);
          for (let attempt = 0; attempt < tries; attempt++) {
            const whole = tokens >= 1 - 1e-4;
            const near = Math.abs(tokens - 1) <= 1e-4;
            const taken = (shards[turn % 2] as AcceptRates).take(0, rate);
            if (!near) expect(taken).toBe(whole);
            if (taken) tokens -= 1;
          }
        }
      }),
    );
  });

  test('says how long it takes until the next, and keeps its word', () => {
    const { clock, shards } = ratesOf();
    expect(shards[0].waitMs(0, 4)).toBe(0);
    drain(shards[0], 4);
    expect(shards[1].waitMs(0, 4)).toBe(250);
    clock.ms += 249;
    expect(shards[0].waitMs(0, 4)).toBe(1);
    expect(shards[0].take(0, 4)).toBe(false);
    clock.ms += 1;
    expect(shards[1].waitMs(0, 4)).toBe(0);
    expect(drain(shards[1], 4)).toBe(1);
  });

  test('of one listener is not that of another', () => {
    const { shards } = ratesOf();
    expect(drain(shards[0], 5, 1)).toBe(5);
    expect(drain(shards[0], 5, 2)).toBe(5);
  });

  test('that a reload has raised holds at once, whatever the old one had let in', () => {
    const { clock, shards } = ratesOf();
    drain(shards[0], 0.01);
    expect(shards[0].waitMs(0, 0.01)).toBe(100_000);
    expect(shards[0].waitMs(0, 100)).toBe(10);
    clock.ms += 10;
    expect(shards[0].take(0, 100)).toBe(true);
    clock.ms += 1000;
    expect(drain(shards[1], 100)).toBe(100);
  });

  test('that a reload has lowered holds at once', () => {
    const { clock, shards } = ratesOf();
    drain(shards[0], 1000);
    expect(shards[0].take(0, 2)).toBe(false);
    clock.ms += 10_000;
    expect(drain(shards[0], 2)).toBe(2);
  });

  test('is not exceeded where others accept between a shard’s look and its step', () => {
    const memory = new SharedArrayBuffer(8);
    const other = new AcceptRates(memory, () => 0);
    let taken = 0;
    const slow = new AcceptRates(memory, () => {
      if (taken < 3 && other.take(0, 3)) taken++;
      return 0;
    });
    expect(slow.take(0, 3)).toBe(false);
    expect(taken).toBe(3);
  });

  test('is not exceeded where a shard is put aside for long after it looked at the clock', () => {
    const memory = new SharedArrayBuffer(8);
    const clock = { ms: 0 };
    const other = new AcceptRates(memory, () => clock.ms);
    drain(other, 10);
    let aside = true;
    const slow = new AcceptRates(memory, () => {
      const { ms } = clock;
      if (aside) {
        aside = false;
        clock.ms += 5000;
        drain(other, 10);
      }
      return ms;
    });
    expect(slow.take(0, 10)).toBe(false);
    expect(drain(other, 10)).toBe(0);
    expect(other.waitMs(0, 10)).toBe(100);
  });

  test('is not exceeded where the clock of a shard is a little behind', () => {
    const { clock, shards } = ratesOf();
    clock.ms = 1000;
    drain(shards[0], 10);
    clock.ms = 995;
    expect(shards[1].take(0, 10)).toBe(false);
    clock.ms = 1099;
    expect(shards[0].take(0, 10)).toBe(false);
    clock.ms = 1100;
    expect(drain(shards[0], 10)).toBe(1);
  });
});
