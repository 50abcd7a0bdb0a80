import { describe, expect, it } from 'vitest';
import { formatBytes, formatDuration } from '../../src/core/units.ts';

describe('a size for people', () => {
  it.each([
    [0, '0B'],
    [1, '1B'],
    [1023, '1023B'],
    [1024, '1KiB'],
    [1536, '1.5KiB'],
    [64 * 1024, '64KiB'],
    [1024 ** 2, '1MiB'],
    [1.5 * 1024 ** 2, '1.5MiB'],
    [1024 ** 3, '1GiB'],
    [1024 ** 4, '1TiB'],
    [5000 * 1024 ** 4, '5000TiB'],
  ])('%d bytes are %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});

describe('a duration for people', () => {
  it.each([
    [0, 'never'],
    [1, '1ms'],
    [250, '250ms'],
    [1000, '1s'],
    [1500, '1500ms'],
    [60_000, '1m'],
    [90_000, '90s'],
    [3_600_000, '1h'],
    [86_400_000, '1d'],
  ])('%d ms are %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});
