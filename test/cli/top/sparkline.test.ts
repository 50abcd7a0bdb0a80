import { expect, test } from 'vitest';
import { sparkline } from '../../../src/cli/top/sparkline.ts';

const at = (...values: readonly number[]) => values.map((value, index) => ({ at: index * 1000, value }));

test('a course has the newest at the right, and the greatest fills its cell', () => {
  expect(sparkline(at(0, 4, 8, 0), 3000, 4000, 4)).toBe('▁▅█▁');
});

test('a course that is young is blank at the left', () => {
  expect(sparkline(at(1, 1), 1000, 4000, 4)).toBe('  ██');
});

test('a course of nothing is flat', () => {
  expect(sparkline(at(0, 0, 0), 2000, 3000, 3)).toBe('▁▁▁');
  expect(sparkline([], 0, 3000, 3)).toBe('   ');
});

test('values that share a cell show the greatest, and what was is held where none was measured', () => {
  expect(sparkline(at(1, 8, 0, 4), 3000, 4000, 2)).toBe('█▅');
  expect(
    sparkline(
      [
        { at: 0, value: 8 },
        { at: 3000, value: 0 },
      ],
      3000,
      4000,
      4,
    ),
  ).toBe('███▁');
});

test('values that are older than the course are left out', () => {
  expect(sparkline(at(9, 1), 4000, 4000, 4)).toBe('████');
  expect(sparkline(at(9), 4000, 4000, 4)).toBe('    ');
});
