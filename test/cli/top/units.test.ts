import { expect, test } from 'vitest';
import { clock, counted, duration, perSecond } from '../../../src/cli/top/units.ts';

test.each([
  [-5, '0us'],
  [0.0854, '85us'],
  [3.21, '3.2ms'],
  [120.4, '120ms'],
  [3_210, '3.2s'],
  [42_000, '42s'],
  [312_000, '5m 12s'],
  [3_600_000, '1h 0m'],
  [183_600_000, '2d 3h'],
])('%d ms are told as %s', (ms, text) => {
  expect(duration(ms)).toBe(text);
});

test('rates have a decimal while they are small', () => {
  expect([0, 0.04, 0.25, 9.94, 9.96, 1_234.4].map(perSecond)).toEqual([
    '0',
    '0.0',
    '0.3',
    '9.9',
    '10',
    '1,234',
  ]);
});

test('counts have their thousands apart', () => {
  expect(counted(1_234_567)).toBe('1,234,567');
});

test('a time that is none is not told', () => {
  expect(clock(Number.NaN)).toBe('');
  expect(clock(0)).toMatch(/^\d\d:\d\d:\d\d$/);
});
