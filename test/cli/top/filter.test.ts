import { describe, expect, test } from 'vitest';
import { hasWords, parseFilter } from '../../../src/cli/top/filter.ts';
import { rowJson } from './model.ts';

describe('a filter', () => {
  test('has fields for the service, an address for the client, and words for the rows', () => {
    expect(parseFilter(' pool=web state=streaming age=5m bytes=1MiB 10.0.0.0/8 Shop ')).toEqual({
      query: [
        ...[
          ['pool', 'web'],
          ['state', 'streaming'],
          ['min_age_ms', '300000'],
          ['min_bytes', '1048576'],
        ],
        ['client', '10.0.0.0/8'],
      ],
      words: ['shop'],
    });
  });

  test('that is empty means all', () => {
    expect(parseFilter('')).toEqual({ query: [], words: [] });
  });

  test.each([
    ['age=5', 'age=5: a time with its unit is right, such as 5m'],
    ['bytes=much', 'bytes=much: a size is right, such as 1MiB'],
    ['colour=red', 'colour= is no field; right are words, an address, and listener='],
  ])('%j is wrong: %s', (typed, why) => {
    expect(parseFilter(typed)).toContain(why);
  });

  test('has rows that contain all its words, in whatever field and case', () => {
    const row = rowJson('010000000007', { backend: 'Alpha' });
    expect(hasWords(row, ['0007', 'alpha'])).toBe(true);
    expect(hasWords(row, ['0007', 'beta'])).toBe(false);
    expect(hasWords(row, [])).toBe(true);
  });
});
