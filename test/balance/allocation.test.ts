import { describe, expect, it } from 'vitest';
import {
  type Candidate,
  choose,
  collectEligible,
  createPolicyState,
  MaglevTable,
} from '../../src/balance/index.ts';
import { BALANCE_POLICIES } from '../../src/core/plan.ts';
import { backendAt } from './candidates.ts';

const PICKS = 20_000;

/** Numbers that the engine boxes on their way out of a function, at most; the smallest list takes three times as much. */
const BOXED_BYTES_MAX = 48;

/** The smallest growth of the heap in several runs: a collection makes one smaller, and nothing else does. */
function heapGrowth(run: () => void): number {
  for (let warm = 0; warm < 3; warm++) run();
  let least = Number.POSITIVE_INFINITY;
  for (let n = 0; n < 9; n++) {
    const before = process.memoryUsage().heapUsed;
    run();
    const growth = process.memoryUsage().heapUsed - before;
    if (growth >= 0) least = Math.min(least, growth);
  }
  return least;
}

describe.each(BALANCE_POLICIES)('a pick by %s', (balance) => {
  it('allocates no object and no list, slow starters and backends that were tried included', () => {
    const backends = Array.from({ length: 12 }, (_, place) =>
      backendAt(place, { strength: place % 4 === 0 ? 0.5 : 1, latency: place, load: place }),
    );
    const table = balance === 'maglev' ? new MaglevTable(4099, backends) : null;
    const state = createPolicyState(12, { table, boundedLoadPercent: 200 });
    const candidates: Candidate[] = [];
    const tried = [3];
    const draw = { hash: 0, random: 0, attempt: 1 };
    const growth = heapGrowth(() => {
      for (let n = 0; n < PICKS; n++) {
        draw.hash = Math.imul(n, 2_654_435_761) >>> 0;
        draw.random = (n % 1024) / 1024;
        collectEligible(backends, tried, candidates, 50);
        if (choose(balance, candidates, state, draw) === null) throw new Error('none');
      }
    });
    expect(growth).toBeLessThan(BOXED_BYTES_MAX * PICKS);
  });
});
