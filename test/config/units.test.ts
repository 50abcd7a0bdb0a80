import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  COUNT_RATE_PATTERN,
  DURATION_PATTERN,
  formatRate,
  formatSize,
  parseCountRate,
  parseDuration,
  parseRate,
  parseSize,
  RATE_PATTERN,
  repairDuration,
  repairRate,
  repairSize,
  SIZE_PATTERN,
} from '../../src/config/units.ts';
import { formatDuration } from '../../src/core/units.ts';

const whole = fc.integer({ min: 1, max: 2 ** 40 });
const unit = fc.constantFrom(
  '',
  'ms',
  's',
  'm',
  'h',
  'd',
  'B',
  'KB',
  'KiB',
  'MiB',
  'GiB',
  'kb',
  '/s',
  'MiB/s',
  'x',
);
const quantity = fc.oneof(
  fc.tuple(fc.nat(5000), unit).map(([amount, suffix]) => `${amount}${suffix}`),
  fc.tuple(fc.float({ min: 0, max: 100, noNaN: true }), unit).map(([amount, suffix]) => `${amount}${suffix}`),
  fc.string({ maxLength: 8 }),
);

describe('quantities', () => {
  it('are read back from what is printed of them: durations', () => {
    fc.assert(fc.property(whole, (ms) => parseDuration(formatDuration(ms)) === ms));
  });

  it('are read back from what is printed of them: sizes and rates', () => {
    const size = fc.oneof(
      whole,
      fc.tuple(fc.nat(1000), fc.constantFrom(1000, 1024, 1e6, 2 ** 20)).map(([a, b]) => a * b),
    );
    fc.assert(fc.property(size, (bytes) => parseSize(formatSize(bytes)) === bytes));
    fc.assert(fc.property(size, (bytes) => parseRate(formatRate(bytes)) === bytes));
    fc.assert(fc.property(whole, (count) => parseCountRate(`${count}/s`) === count));
  });

  it.each([
    ['250ms', 250],
    ['1.5s', 1500],
    ['1.1s', 1100],
    ['2m', 120_000],
    ['1h', 3_600_000],
    ['1d', 86_400_000],
    ['0', 0],
    ['0s', 0],
  ])('the duration %s has %i milliseconds', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each([
    ['4096', 4096],
    ['1B', 1],
    ['64KiB', 65_536],
    ['64KB', 64_000],
    ['1.5MiB', 1_572_864],
    ['10MB', 10_000_000],
    ['2GiB', 2_147_483_648],
    ['2GB', 2_000_000_000],
  ])('the size %s has %i bytes', (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });

  it.each(['', '5', '-1s', '1 s', '1S', '1e3s', '0.5ms', '1.s', 's', '1s2s', '1constructor', 'Infinitys'])(
    '%j is no duration',
    (text) => {
      expect(parseDuration(text)).toBeNull();
    },
  );

  it.each(['', '-1', '1 KiB', '64k', '0.3B', '1KiB/s', '1toString'])('%j is no size', (text) => {
    expect(parseSize(text)).toBeNull();
  });

  it('have a JSON Schema pattern that accepts what the reader accepts', () => {
    fc.assert(
      fc.property(quantity, (text) => {
        const read = [parseDuration(text), parseSize(text), parseRate(text), parseCountRate(text)];
        const patterns = [
          `${DURATION_PATTERN}|^0$`,
          `${SIZE_PATTERN}|^\\d{1,15}$`,
          RATE_PATTERN,
          COUNT_RATE_PATTERN,
        ];
        for (const [index, pattern] of patterns.entries())
          if (read[index] !== null) expect(text).toMatch(new RegExp(pattern));
      }),
    );
  });

  it('are repaired to something that can be read, or not at all', () => {
    fc.assert(
      fc.property(quantity, (text) => {
        const repaired = [repairDuration(text), repairSize(text), repairRate(text)];
        const read = [parseDuration, parseSize, parseRate];
        for (const [index, suggestion] of repaired.entries())
          if (suggestion !== null) expect(read[index]?.(suggestion)).not.toBeNull();
      }),
    );
  });

  it.each([
    [repairDuration, '10', '10s'],
    [repairDuration, '5 sec', '5s'],
    [repairDuration, '10MIN', '10m'],
    [repairSize, '64k', '64KiB'],
    [repairSize, '10M', '10MiB'],
    [repairSize, '64 KiB', '64KiB'],
    [repairRate, '1MiB', '1MiB/s'],
    [repairRate, '1mbps', '1MB/s'],
    [repairRate, '1000', '1000B/s'],
  ])('%o takes %s for %s', (repair, text, meant) => {
    expect(repair(text)).toBe(meant);
  });
});
