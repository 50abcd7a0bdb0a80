import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPolicyState } from '../../src/balance/index.ts';
import { leastConnections } from '../../src/balance/least-connections.ts';
import { backendAt, histogram, weighted } from './candidates.ts';

const loaded = fc
  .array(
    fc.record({
      weight: fc.integer({ min: 1, max: 256 }),
      load: fc.nat(10_000),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map((backends) => backends.map((backend, place) => backendAt(place, backend)));

describe('least_connections', () => {
  it('never picks a candidate with more connections for its weight than another', () => {
    fc.assert(
      fc.property(loaded, fc.integer({ min: -1, max: 11 }), (candidates, last) => {
        const chosen = candidates[leastConnections(candidates, { ...createPolicyState(12), last })];
        const loads = candidates.map((one) => one.load / one.weight);
        expect((chosen?.load ?? 0) / (chosen?.weight ?? 0)).toBe(Math.min(...loads));
      }),
    );
  });

  it('counts attempts under way', () => {
    const candidates = [backendAt(0, { load: 3 }), backendAt(1, { load: 2 })];
    expect(leastConnections(candidates, createPolicyState(2))).toBe(1);
  });

  it('holds three connections at weight 3 for less than two at weight 1', () => {
    const candidates = [backendAt(0, { load: 2 }), backendAt(1, { load: 3, weight: 3 })];
    expect(leastConnections(candidates, createPolicyState(2))).toBe(1);
  });

  it('takes equals in turn', () => {
    const candidates = weighted(1, 2, 1, 5);
    const state = createPolicyState(4);
    const picks = Array.from({ length: 400 }, () => leastConnections(candidates, state));
    expect(histogram(picks, 4)).toEqual([100, 100, 100, 100]);
    expect(picks.slice(0, 5)).toEqual([0, 1, 2, 3, 0]);
  });

  it('fills backends in proportion to their weights when connections stay', () => {
    const weights = [1, 2, 5];
    const active = [0, 0, 0];
    const state = createPolicyState(3);
    for (let n = 0; n < 800; n++) {
      const candidates = weights.map((weight, place) =>
        backendAt(place, { weight, load: active[place] ?? 0 }),
      );
      const index = leastConnections(candidates, state);
      active[index] = (active[index] ?? 0) + 1;
    }
    expect(active).toEqual([100, 200, 500]);
  });
});
