import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Backend,
  type Candidate,
  choose,
  createPolicyState,
  isKeyed,
  MaglevTable,
  strengthAt,
} from '../../src/balance/index.ts';
import { BALANCE_POLICIES, type BalancePolicy } from '../../src/core/plan.ts';
import { Dice } from '../simulation/dice.ts';
import { backendAt, drawOf, histogram } from './candidates.ts';
import { chiSquareRatio } from './chi-square.ts';

const PICKS = 20_000;

/** How often each backend is picked, by clients and numbers by chance. */
function shares(balance: BalancePolicy, backends: readonly Backend[], seed = 1): number[] {
  const dice = new Dice(seed);
  const table = balance === 'maglev' ? new MaglevTable(65_537, backends) : null;
  const state = createPolicyState(backends.length, { table });
  const candidates: Candidate[] = [];
  const picks = Array.from({ length: PICKS }, () => {
    candidates.splice(0, candidates.length, ...backends);
    const client = `10.${dice.between(0, 255)}.${dice.between(0, 255)}.${dice.between(0, 255)}`;
    return choose(balance, candidates, state, drawOf(client, dice.next()))?.place ?? -1;
  });
  return histogram(picks, backends.length);
}

/** Five standard deviations above what is expected of so many picks; the table of `maglev` adds one in fifty. */
const bound = (share: number) => PICKS * share * 1.02 + 5 * Math.sqrt(PICKS * share * (1 - share));

describe('a slow start', () => {
  it('begins with a hundredth, grows evenly, and ends at full strength', () => {
    expect(
      [0, 100, 300, 15_000, 30_000, Number.POSITIVE_INFINITY].map((age) => strengthAt(age, 30_000)),
    ).toEqual([0.01, 0.01, 0.01, 0.5, 1, 1]);
    fc.assert(
      fc.property(fc.nat(60_000), fc.nat(1000), (age, more) => {
        expect(strengthAt(age + more, 30_000)).toBeGreaterThanOrEqual(strengthAt(age, 30_000));
        expect(strengthAt(age + more, 30_000) - strengthAt(age, 30_000)).toBeLessThanOrEqual(
          more / 30_000 + 0.01,
        );
      }),
    );
  });
});

describe.each(BALANCE_POLICIES)('a slow start under %s', (balance) => {
  it('gives a backend that came back its curve and no more, idle as it is, and the rest to the others', () => {
    for (const strength of [0.01, 0.1, 0.5, 0.9]) {
      const backends = Array.from({ length: 10 }, (_, place) =>
        backendAt(place, place === 4 ? { strength, load: 0 } : { load: 100 }),
      );
      const [back = 0] = shares(balance, backends).slice(4);
      expect(back).toBeLessThan(bound(strength / 10));
      expect(back).toBeGreaterThan(PICKS * (strength / 10) * 0.6 - 15);
    }
  });

  it('gives each of nine that come back at once its curve and no more; the one left takes the rest', () => {
    const backends = Array.from({ length: 10 }, (_, place) =>
      backendAt(place, {
        weight: 1 + (place % 2),
        load: place === 0 ? 500 : 0,
        strength: place === 0 ? 1 : 0.1,
      }),
    );
    const counts = shares(balance, backends);
    for (const { place, weight } of backends.slice(1))
      expect(counts[place]).toBeLessThan(bound((weight / 15) * 0.1));
    expect(counts[0]).toBeGreaterThan(PICKS * 0.89);
  });

  it('leaves nobody out where all are in one: the strongest among them counts as full', () => {
    const backends = [0.2, 0.2, 0.1, 0.05].map((strength, place) => backendAt(place, { strength }));
    const counts = shares(balance, backends);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(PICKS);
    for (const count of counts) expect(count).toBeGreaterThan(0);
    expect(counts[2]).toBeLessThan(bound(0.125));
    expect(counts[3]).toBeLessThan(bound(0.0625));
  });

  it('changes nothing where nobody is in one', () => {
    const backends = [1, 2, 3].map((weight, place) => backendAt(place, { weight, load: weight }));
    const expected = balance === 'least_connections' ? [1, 1, 1] : [1, 2, 3];
    if (balance === 'two_choices' || balance === 'ewma')
      return expect(shares(balance, backends)[0]).toBeGreaterThan(0);
    expect(chiSquareRatio(shares(balance, backends), expected)).toBeLessThan(1.5);
  });
});

describe.each(BALANCE_POLICIES.filter(isKeyed))('a slow start under %s, which goes by keys,', (balance) => {
  it('hands keys over one by one: none goes back and forth, and no key of another backend moves', () => {
    const at = (strength: number) =>
      [0, 1, 2, 3].map((place) => backendAt(place, place === 2 ? { strength } : {}));
    const table = balance === 'maglev' ? new MaglevTable(4099, at(1)) : null;
    const state = createPolicyState(4, { table });
    const pick = (strength: number, client: string) =>
      choose(balance, at(strength), state, drawOf(client))?.place;
    for (let n = 0; n < 1000; n++) {
      const client = `10.0.${n >> 8}.${n & 255}`;
      const course = [0.01, 0.2, 0.4, 0.6, 0.8, 1].map((strength) => pick(strength, client));
      const moves = course.filter((place, step) => step > 0 && place !== course[step - 1]).length;
      expect(moves).toBeLessThanOrEqual(course.at(-1) === 2 ? 1 : 0);
    }
  });
});
