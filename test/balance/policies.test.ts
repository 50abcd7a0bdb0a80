import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPolicyState, POLICIES } from '../../src/balance/index.ts';
import { BALANCE_POLICIES } from '../../src/core/plan.ts';
import { backendAt, drawOf, weighted } from './candidates.ts';

describe.each(BALANCE_POLICIES)('the policy %s', (name) => {
  const policy = POLICIES[name];

  it('returns -1 where there are no candidates and remembers nothing of it', () => {
    const state = createPolicyState(3);
    expect(policy([], state, drawOf('10.0.0.1'))).toBe(-1);
    expect(state).toEqual(createPolicyState(3));
  });

  it('takes the only candidate', () => {
    expect(policy([backendAt(2)], createPolicyState(3), drawOf('10.0.0.1'))).toBe(0);
  });

  it('returns the index of a candidate, whichever subset of the pool comes next', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uniqueArray(fc.nat(9), { minLength: 1 }), { maxLength: 50 }),
        fc.string(),
        (subsets, client) => {
          const pool = weighted(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
          const state = createPolicyState(10);
          for (const places of subsets) {
            const candidates = pool.filter(({ place }) => places.includes(place));
            expect(candidates[policy(candidates, state, drawOf(client))]).toBeDefined();
          }
        },
      ),
    );
  });

  it('decides the same from the same candidates, memory and client', () => {
    const [one, two] = [createPolicyState(4), createPolicyState(4)];
    const candidates = weighted(3, 1, 2, 1);
    const picks = (state: typeof one) =>
      Array.from({ length: 30 }, (_, n) => policy(candidates, state, drawOf(`10.0.0.${n}`, n / 30)));
    expect(picks(one)).toEqual(picks(two));
  });
});
