import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPolicyState, POLICIES } from '../../src/balance/index.ts';
import { histogram, weighted } from './candidates.ts';

const roundRobin = POLICIES.round_robin;

describe('round_robin', () => {
  it('takes each candidate in turn, from the first on', () => {
    const candidates = weighted(1, 1, 1);
    const state = createPolicyState(3);
    expect(Array.from({ length: 7 }, () => roundRobin(candidates, state))).toEqual([0, 1, 2, 0, 1, 2, 0]);
  });

  it('heeds weights, evenly mixed, as weighted_round_robin does', () => {
    const candidates = weighted(3, 1);
    const state = createPolicyState(2);
    expect(Array.from({ length: 4 }, () => roundRobin(candidates, state))).toEqual([0, 0, 1, 0]);
  });

  it('gives any number of candidates shares that differ by at most one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 0, max: 200 }), (count, picks) => {
        const candidates = weighted(...new Array<number>(count).fill(1));
        const state = createPolicyState(count);
        const counts = histogram(
          Array.from({ length: picks }, () => roundRobin(candidates, state)),
          count,
        );
        expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('splits the turns of a lost backend evenly instead of giving them to its neighbour', () => {
    const [a, , c, d] = weighted(1, 1, 1, 1);
    const left = [a, c, d].filter((one) => one !== undefined);
    const state = createPolicyState(4);
    const places = Array.from({ length: 300 }, () => left[roundRobin(left, state)]?.place ?? -1);
    expect(histogram(places, 4)).toEqual([100, 0, 100, 100]);
  });
});
