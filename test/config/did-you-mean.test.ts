import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { didYouMean, editDistance } from '../../src/config/did-you-mean.ts';

const word = fc.string({ maxLength: 12 });

describe('did you mean', () => {
  it.each([
    ['wbe', ['app', 'web'], 'web'],
    ['listner', ['listeners', 'limits'], 'listeners'],
    ['HALF-CLOSED', ['half_closed', 'drain'], 'half_closed'],
    ['rate_limt', ['tee', 'rate_limit'], 'rate_limit'],
    ['drian', ['drain'], 'drain'],
  ])('%s is taken for the nearest of %j', (mistyped, candidates, meant) => {
    expect(didYouMean(mistyped, candidates)).toBe(meant);
  });

  it.each(['banana', 'x', '', 'l'.repeat(100)])('%j is near to nothing', (mistyped) => {
    expect(didYouMean(mistyped, ['listeners', 'pools', 'timeouts'])).toBeNull();
  });

  it('only ever proposes a candidate that is not the word itself', () => {
    fc.assert(
      fc.property(word, fc.array(word), (mistyped, candidates) => {
        const meant = didYouMean(mistyped, candidates);
        return meant === null || (candidates.includes(meant) && meant !== mistyped);
      }),
    );
  });

  it('finds a word of at least three letters behind any single slip', () => {
    const letters = fc.stringMatching(/^[a-z]{3,12}$/);
    fc.assert(
      fc.property(letters, fc.nat(), (meant, at) => {
        const index = at % meant.length;
        const mistyped = meant.slice(0, index) + meant.slice(index + 1);
        fc.pre(mistyped !== meant);
        expect(didYouMean(mistyped, ['0'.repeat(20), meant])).toBe(meant);
      }),
    );
  });

  it('measures a distance: symmetric, zero for equals alone, at most the longer word', () => {
    fc.assert(
      fc.property(word, word, (a, b) => {
        const distance = editDistance(a, b);
        expect(distance).toBe(editDistance(b, a));
        expect(distance === 0).toBe(a === b);
        expect(distance).toBeLessThanOrEqual(Math.max(a.length, b.length));
        expect(distance).toBeGreaterThanOrEqual(Math.abs(a.length - b.length));
      }),
    );
  });
});
