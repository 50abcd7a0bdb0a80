import { describe, expect, it } from 'vitest';
import { diceOf, fork } from '../../src/stream/dice.ts';
import { failures, jitter, PARETO_MEANS_MAX, pareto, wholeBetween } from '../../src/stream/distributions.ts';

const DRAWS = 200_000;

function drawn(draw: () => number) {
  const numbers = Array.from({ length: DRAWS }, draw).sort((a, b) => a - b);
  const mean = numbers.reduce((sum, x) => sum + x, 0) / DRAWS;
  const deviation = Math.sqrt(numbers.reduce((sum, x) => sum + (x - mean) ** 2, 0) / DRAWS);
  return { mean, deviation, at: (part: number) => numbers[Math.floor(part * DRAWS)] ?? Number.NaN };
}

/** `actual` lies within 2 % of what it should be, or as near to 0. */
function expectClose(actual: number, expected: number): void {
  expect(Math.abs(actual - expected), `${actual} against ${expected}`).toBeLessThan(
    0.02 * Math.max(1, Math.abs(expected)),
  );
}

describe('dice', () => {
  it('are spread evenly over 0 to 1', () => {
    const cells = new Array<number>(100).fill(0);
    const dice = diceOf(1, 1);
    for (let i = 0; i < DRAWS; i++) cells[Math.floor(dice() * 100)]! += 1;
    const chiSquare = cells.reduce((sum, count) => sum + (count - DRAWS / 100) ** 2 / (DRAWS / 100), 0);
    expect(chiSquare, 'above it one in a thousand even dice is').toBeLessThan(148.2);
  });

  it('are the same for the same seed and number, and differ for any other', () => {
    const sequence = (seed: number, number: number) => {
      const dice = diceOf(seed, number);
      return Array.from({ length: 8 }, dice);
    };
    const [first, again] = [sequence(7, 3), sequence(7, 3)];
    expect(again).toEqual(first);
    const others = [sequence(8, 3), sequence(7, 4), sequence(3, 7), sequence(7 + 2 ** 32, 3)];
    for (const other of others) expect(other.filter((x) => first.includes(x))).toEqual([]);
  });

  it('of neighbouring connections have nothing to do with each other', () => {
    const firsts = Array.from({ length: DRAWS }, (_, number) => diceOf(42, number)());
    const mean = firsts.reduce((sum, x) => sum + x, 0) / DRAWS;
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.004);
    let together = 0;
    for (let i = 1; i < DRAWS; i++) together += ((firsts[i] ?? 0) - 0.5) * ((firsts[i - 1] ?? 0) - 0.5);
    expect(Math.abs((together / DRAWS) * 12), 'correlation').toBeLessThan(0.01);
  });

  it('fork into sequences that differ by salt', () => {
    expect(fork(diceOf(1, 1), 1)()).toBe(fork(diceOf(1, 1), 1)());
    expect(fork(diceOf(1, 1), 1)()).not.toBe(fork(diceOf(1, 1), 2)());
  });
});

describe('jitter', () => {
  it('that is uniform has no mean and ends where it should', () => {
    const dice = diceOf(1, 1);
    const { mean, deviation, at } = drawn(() => jitter('uniform', 10, dice));
    expectClose(mean / 10, 0);
    expectClose(deviation, 10 / Math.sqrt(3));
    expect(at(0)).toBeGreaterThanOrEqual(-10);
    expect(at(0.99999)).toBeLessThan(10);
  });

  it('that is normal has its spread as deviation, and the quantiles of the bell', () => {
    const dice = diceOf(2, 1);
    const { mean, deviation, at } = drawn(() => jitter('normal', 10, dice));
    expectClose(mean / 10, 0);
    expectClose(deviation, 10);
    expectClose(at(0.5) / 10, 0);
    expectClose(at(0.8413), 10);
    expectClose(at(0.0228), -20);
  });

  it('that is pareto is never below 0, its spread on average, and far away as seldom as it should', () => {
    const dice = diceOf(3, 1);
    const { mean, at } = drawn(() => jitter('pareto', 10, dice));
    expect(at(0)).toBeGreaterThanOrEqual(0);
    expectClose(mean, 10);
    expectClose(at(0.5), 20 * (2 ** (1 / 3) - 1));
    expectClose(at(0.99), 20 * (100 ** (1 / 3) - 1));
  });

  it('that is pareto has an end, whatever the dice', () => {
    expect(pareto(10, () => 1 - 2 ** -53)).toBe(10 * PARETO_MEANS_MAX);
  });

  it('that is normal is finite, whatever the dice', () => {
    expect(Math.abs(jitter('normal', 10, () => 0))).toBe(0);
    expect(Number.isFinite(jitter('normal', 10, () => 1 - 2 ** -53))).toBe(true);
  });
});

describe('whole numbers', () => {
  it('have both ends and all between as often', () => {
    const dice = diceOf(4, 1);
    const counts = new Array<number>(5).fill(0);
    for (let i = 0; i < DRAWS; i++) counts[wholeBetween(3, 7, dice) - 3]! += 1;
    for (const count of counts) expect(Math.abs(count / DRAWS - 0.2)).toBeLessThan(0.004);
  });
});

describe('failures before a success', () => {
  it.each([0.5, 0.1, 0.001])('at %d are as many as they should be', (probability) => {
    const dice = diceOf(5, 1);
    const { mean, at } = drawn(() => failures(probability, dice));
    expectClose((mean * probability) / (1 - probability), 1);
    expect(at(0)).toBe(0);
  });

  it('are none where every trial holds, and never end where none does', () => {
    expect(failures(1, () => 0.99)).toBe(0);
    expect(failures(0, () => 0)).toBe(Number.POSITIVE_INFINITY);
  });
});
