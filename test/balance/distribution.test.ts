import { describe, expect, it } from 'vitest';
import { type Backend, createPolicyState, MaglevTable, POLICIES } from '../../src/balance/index.ts';
import { BALANCE_POLICIES, type BalancePolicy } from '../../src/core/plan.ts';
import { Dice } from '../simulation/dice.ts';
import { backendAt, drawOf, histogram } from './candidates.ts';
import { chiSquareRatio } from './chi-square.ts';

const PICKS = 40_000;
const SEEDS = [1, 2, 3, 4, 5];
const WEIGHTS = [1, 1, 2, 3, 5, 8, 1, 4, 2, 6];

/** A large table: what is left of its slots' unevenness is far below what chance does. */
const TABLE_SIZE = 655_357;

const pool = (weights: readonly number[], other: (place: number) => Partial<Backend> = () => ({})) =>
  weights.map((weight, place) => backendAt(place, { weight, ...other(place) }));

/** Picks of one policy for clients by chance; `stay` = connections never end, and count as load. */
function counts(balance: BalancePolicy, seed: number, backends: Backend[], stay = false): number[] {
  const dice = new Dice(seed);
  const loads = backends.map(({ load }) => load);
  const table = balance === 'maglev' ? new MaglevTable(TABLE_SIZE, backends) : null;
  const state = createPolicyState(backends.length, { table });
  const picks = Array.from({ length: PICKS }, () => {
    const draw = drawOf(
      `10.${dice.between(0, 255)}.${dice.between(0, 255)}.${dice.between(0, 255)}`,
      dice.next(),
    );
    const seen = stay
      ? backends.map((backend, place) => ({ ...backend, load: loads[place] ?? 0 }))
      : backends;
    const index = POLICIES[balance](seen, state, draw);
    loads[index] = (loads[index] ?? 0) + 1;
    return index;
  });
  return histogram(picks, backends.length);
}

describe.each(BALANCE_POLICIES)('the shares of %s', (balance) => {
  const byLoad = balance === 'least_connections' || balance === 'two_choices' || balance === 'ewma';

  it.each(SEEDS)('are those of the weights (seed %i)', (seed) => {
    expect(chiSquareRatio(counts(balance, seed, pool(WEIGHTS), byLoad), WEIGHTS)).toBeLessThan(1);
  });

  it.each(SEEDS)('would be told from shares that are another by a tenth (seed %i)', (seed) => {
    const wrong = WEIGHTS.map((weight, place) => weight * (place === 5 ? 1.1 : 1));
    expect(chiSquareRatio(counts(balance, seed, pool(WEIGHTS), byLoad), wrong)).toBeGreaterThan(1);
  });
});

describe('two_choices', () => {
  it.each(SEEDS)(
    'takes the less loaded of two by chance: 2/n for the idlest, none for the busiest (seed %i)',
    (seed) => {
      const loaded = pool([1, 1, 1, 1, 1], (place) => ({ load: place }));
      expect(chiSquareRatio(counts('two_choices', seed, loaded), [8, 6, 4, 2, 0])).toBeLessThan(1);
    },
  );
});

describe('ewma', () => {
  /** With n backends drawn in pairs the k-th best has (n - k) of n (n - 1) / 2 pairs; a share of 1/32 goes by weight alone. */
  const byRank = [4, 3, 2, 1, 0].map((pairs) => (pairs / 10) * (31 / 32) + (1 / 5) * (1 / 32));

  it.each(SEEDS)(
    'takes the sooner of two by chance, and tries the slowest now and then (seed %i)',
    (seed) => {
      const slow = pool([1, 1, 1, 1, 1], (place) => ({ latency: 1000 * (place + 1) }));
      expect(chiSquareRatio(counts('ewma', seed, slow), byRank)).toBeLessThan(1);
    },
  );

  it.each(SEEDS)('counts connections as time to wait (seed %i)', (seed) => {
    const busy = pool([1, 1, 1, 1, 1], (place) => ({ latency: 5000 - place, load: 10 * place }));
    expect(chiSquareRatio(counts('ewma', seed, busy), byRank)).toBeLessThan(1);
  });

  it('goes by connections where one of the two was never measured', () => {
    const pair = [backendAt(0, { latency: 10, load: 1 }), backendAt(1, { latency: 0, load: 0 })];
    const [measured = 0] = counts('ewma', 1, pair);
    expect(measured).toBeLessThan(PICKS / 32);
  });
});
