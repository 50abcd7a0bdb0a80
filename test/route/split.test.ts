import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chooseSplit, type SplitAction } from '../../src/route/index.ts';

const CLIENTS = Array.from({ length: 40_000 }, (_, n) => `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`);

function split(weights: readonly number[], sticky: boolean): SplitAction {
  return { kind: 'split', of: weights.map((weight, pool) => ({ pool, weight })), sticky };
}

/** How many of the clients each pool gets, as a share. */
function shares(weights: readonly number[]): number[] {
  const counts = weights.map(() => 0);
  for (const source of CLIENTS) counts[chooseSplit(split(weights, true), { source }, 0)]! += 1;
  return counts.map((count) => count / CLIENTS.length);
}

/** Four times the standard deviation of a share of CLIENTS. */
function tolerance(share: number): number {
  return 4 * Math.sqrt((share * (1 - share)) / CLIENTS.length);
}

describe('a split by chance', () => {
  test('gives each pool exactly its share of the line from 0 to 1', () => {
    const weights = fc
      .array(fc.nat(9), { minLength: 1, maxLength: 5 })
      .filter((list) => list.some((w) => w > 0));
    const property = fc.property(weights, (list) => {
      const total = list.reduce((sum, weight) => sum + weight, 0);
      const counts = list.map(() => 0);
      for (let n = 0; n < total; n++)
        counts[chooseSplit(split(list, false), { source: '' }, (n + 0.5) / total)]! += 1;
      expect(counts).toEqual(list);
    });
    fc.assert(property, { numRuns: 500 });
  });

  test('has an answer at both ends of the line, and never a pool without weight', () => {
    expect(chooseSplit(split([0, 3, 0, 1, 0], false), { source: '' }, 0)).toBe(1);
    expect(chooseSplit(split([0, 3, 0, 1, 0], false), { source: '' }, 1 - Number.EPSILON)).toBe(3);
    expect(chooseSplit(split([0.1, 0.2], false), { source: '' }, 1)).toBe(1);
  });
});

describe('a split by the client', () => {
  test('is the same for the same client, whatever chance says, and for its mapped address', () => {
    for (const source of CLIENTS.slice(0, 500)) {
      const chosen = chooseSplit(split([50, 50], true), { source }, 0);
      expect(chooseSplit(split([50, 50], true), { source }, 0.999)).toBe(chosen);
      expect(chooseSplit(split([50, 50], true), { source: `::ffff:${source}` }, 0)).toBe(chosen);
    }
  });

  test.each([[[95, 5]], [[1, 1, 1]], [[10, 0, 30, 60]], [[99, 1]]])('shares %j as weighted', (weights) => {
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    for (const [pool, share] of shares(weights).entries()) {
      const wanted = weights[pool]! / total;
      expect(Math.abs(share - wanted)).toBeLessThanOrEqual(tolerance(wanted));
    }
  });

  test('moves no client but to the pool whose share grew, and only as many as that takes', () => {
    const [before, after] = [split([95, 5], true), split([90, 10], true)];
    let moved = 0;
    for (const source of CLIENTS) {
      const [was, is] = [chooseSplit(before, { source }, 0), chooseSplit(after, { source }, 0)];
      if (was === is) continue;
      expect([was, is]).toEqual([0, 1]);
      moved++;
    }
    expect(Math.abs(moved / CLIENTS.length - 0.05)).toBeLessThan(tolerance(0.05));
  });

  test('does not depend on the order in which the pools are written', () => {
    const of = [
      { pool: 3, weight: 20 },
      { pool: 7, weight: 80 },
    ];
    for (const source of CLIENTS.slice(0, 500)) {
      const chosen = chooseSplit({ kind: 'split', of, sticky: true }, { source }, 0);
      expect(chooseSplit({ kind: 'split', of: of.toReversed(), sticky: true }, { source }, 0)).toBe(chosen);
    }
  });
});
