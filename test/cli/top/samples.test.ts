import { describe, expect, test } from 'vitest';
import { HISTORY_MS, HISTORY_POINTS_MAX } from '../../../src/cli/top/limits.ts';
import {
  courseOf,
  isError,
  listenerKey,
  ratesOf,
  type Sample,
  sampleOf,
  withSample,
} from '../../../src/cli/top/samples.ts';
import { statusJson } from './model.ts';

describe('rates', () => {
  const before = sampleOf(statusJson({ accepted: 10, closed: { 'client-fin': 4 }, bytesUp: 100 }), 1_000);
  const after = sampleOf(
    statusJson({ accepted: 30, closed: { 'client-fin': 8, 'connect-refused': 6 }, bytesUp: 1_100 }),
    3_000,
  );

  test('are what each total grew by in a second, and errors are all ends but the clean ones', () => {
    expect(ratesOf([before, after])).toEqual({
      accepted: 10,
      ended: 5,
      errors: 3,
      bytesUp: 500,
      bytesDown: 0,
    });
  });

  test('are 0 before there are two samples, and where a total has shrunk', () => {
    expect(ratesOf([after]).accepted).toBe(0);
    expect(ratesOf([{ ...after, at: 0 }, before]).accepted).toBe(0);
  });

  test('are those of a listener where they are asked for it', () => {
    const key = listenerKey(statusJson().listeners[0]);
    expect(ratesOf([before, after], ({ listeners }) => listeners.get(key)).accepted).toBe(10);
    expect(ratesOf([before, after], ({ listeners }) => listeners.get('another')).accepted).toBe(0);
  });

  test('make a course with one point less than there are samples', () => {
    expect(courseOf([before, after]).map(({ at, rates }) => [at, rates.accepted])).toEqual([[3_000, 10]]);
  });
});

test('the history keeps a minute, and no more points than it may', () => {
  const sample = (at: number): Sample => ({ ...sampleOf(statusJson(), 0), at });
  expect(withSample([sample(0), sample(1)], sample(HISTORY_MS + 1)).map(({ at }) => at)).toEqual([
    1,
    HISTORY_MS + 1,
  ]);
  const many = Array.from({ length: HISTORY_POINTS_MAX }, (_, index) => sample(index));
  expect(withSample(many, sample(HISTORY_POINTS_MAX))).toHaveLength(HISTORY_POINTS_MAX);
});

test('a reason that is not known counts as an error', () => {
  expect(['client-fin', 'killed', 'of-a-later-version', 'toString'].map(isError)).toEqual([
    false,
    true,
    true,
    true,
  ]);
});
