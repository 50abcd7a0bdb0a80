import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPolicyState } from '../../src/balance/index.ts';
import { weightedRoundRobin } from '../../src/balance/weighted-round-robin.ts';
import { histogram, weighted } from './candidates.ts';

const weights = fc.array(fc.integer({ min: 1, max: 256 }), { minLength: 1, maxLength: 12 });

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

describe('weighted_round_robin', () => {
  it('mixes weights 5, 1, 1 as nginx does', () => {
    const candidates = weighted(5, 1, 1);
    const state = createPolicyState(3);
    const picks = Array.from({ length: 14 }, () => 'abc'[weightedRoundRobin(candidates, state)]).join('');
    expect(picks).toBe('aabacaaaabacaa');
  });

  it('gives each candidate exactly its weight in every cycle, and owes nothing at its end', () => {
    fc.assert(
      fc.property(weights, fc.integer({ min: 1, max: 3 }), (given, cycles) => {
        const candidates = weighted(...given);
        const state = createPolicyState(given.length);
        for (let cycle = 0; cycle < cycles; cycle++) {
          const picks = Array.from({ length: sum(given) }, () => weightedRoundRobin(candidates, state));
          expect(histogram(picks, given.length)).toEqual(given);
          expect(state.owed.every((owed) => owed === 0)).toBe(true);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('never lets a share run ahead or behind by as much as two picks within a cycle of two backends', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 256 }), fc.integer({ min: 1, max: 256 }), (a, b) => {
        const candidates = weighted(a, b);
        const state = createPolicyState(2);
        let picked = 0;
        for (let n = 1; n <= a + b; n++) {
          if (weightedRoundRobin(candidates, state) === 0) picked++;
          expect(Math.abs(picked - (n * a) / (a + b))).toBeLessThan(2);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('obeys a weight that changes from the next pick on', () => {
    const state = createPolicyState(2);
    weightedRoundRobin(weighted(1, 1), state);
    const picks = Array.from({ length: 40 }, () => weightedRoundRobin(weighted(1, 3), state));
    expect(histogram(picks, 2)).toEqual([10, 30]);
  });

  it('shares by weight among those that are left while one is gone', () => {
    const all = weighted(4, 2, 1);
    const left = all.slice(1);
    const state = createPolicyState(3);
    for (let n = 0; n < 5; n++) weightedRoundRobin(all, state);
    const picks = Array.from({ length: 300 }, () => weightedRoundRobin(left, state));
    const [b = 0] = histogram(picks, 2);
    expect(Math.abs(b - 200)).toBeLessThanOrEqual(2);
  });
});
