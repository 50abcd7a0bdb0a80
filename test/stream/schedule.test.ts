import { describe, expect, it } from 'vitest';
import { phaseAt } from '../../src/stream/schedule.ts';

const NEVER = Number.POSITIVE_INFINITY;
const schedule = (fromMs: number, forMs: number, everyMs: number, expiresMs: number) => ({
  fromMs,
  forMs,
  everyMs,
  expiresMs,
});

describe('a schedule', () => {
  it.each([
    ['nothing said', schedule(0, 0, 0, 0), 0, true, NEVER],
    ['before it begins', schedule(10, 0, 0, 0), 4, false, 6],
    ['once it began', schedule(10, 0, 0, 0), 10, true, NEVER],
    ['while it lasts', schedule(10, 5, 0, 0), 12, true, 3],
    ['after it lasted', schedule(10, 5, 0, 0), 15, false, NEVER],
    ['between two times', schedule(10, 5, 20, 0), 15, false, 15],
    ['the second time', schedule(10, 5, 20, 0), 30, true, 5],
    ['the hundredth time', schedule(10, 5, 20, 0), 10 + 99 * 20 + 4.5, true, 0.5],
    ['without a pause', schedule(0, 20, 20, 0), 50, true, NEVER],
    ['before its end for good', schedule(0, 0, 0, 100), 40, true, 60],
    ['after its end for good', schedule(0, 0, 0, 100), 100, false, NEVER],
    ['that ends for good before it would change', schedule(0, 50, 80, 100), 90, true, 10],
    ['whose next time is after the end', schedule(0, 50, 80, 70), 60, false, NEVER],
    ['before the plan began', schedule(0, 0, 0, 0), -1, false, 1],
  ])('%s', (_name, of, since, active, changesInMs) => {
    expect(phaseAt(of, since)).toEqual({ active, changesInMs });
  });
});
