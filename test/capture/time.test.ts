import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatTime } from '../../src/capture/index.ts';

test('a time is written as Date does it, with its microseconds', () => {
  const years = { min: 0, max: Date.UTC(2254, 11, 31) };
  fc.assert(
    fc.property(fc.integer(years), (ms) => {
      expect(formatTime(ms)).toBe(new Date(ms).toISOString().replace('Z', '000Z'));
    }),
    { numRuns: 2000 },
  );
  expect(formatTime(Date.UTC(2024, 1, 29) + 0.25)).toBe('2024-02-29T00:00:00.000250Z');
  expect(formatTime(Date.UTC(2100, 1, 28) + 86_400_000)).toBe('2100-03-01T00:00:00.000000Z');
});
