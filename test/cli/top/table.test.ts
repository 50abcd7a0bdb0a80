import { describe, expect, test } from 'vitest';
import { type Line, lineCells, paint, span } from '../../../src/cli/top/line.ts';
import { type Column, table } from '../../../src/cli/top/table.ts';

interface Row {
  readonly name: string;
  readonly count: number;
}

const COLUMNS: readonly Column<Row>[] = [
  { head: 'NAME', cell: ({ name }) => name, widthMax: 8 },
  { head: 'COUNT', cell: ({ count }) => span(`${count}`, 'good'), right: true, spare: 1 },
  { head: 'TWICE', cell: ({ count }) => `${2 * count}`, right: true, spare: 2 },
];
const ROWS: readonly Row[] = [
  { name: 'a', count: 5 },
  { name: 'much too long', count: 12_345 },
];

function plain(line: Line, width = 200): string {
  return paint(line, width, 'none').trimEnd();
}

describe('a table', () => {
  test('has columns as wide as what is in them, with numbers at the right', () => {
    const { head, rows } = table(COLUMNS, ROWS, 80);
    expect([head, ...rows].map((line) => plain(line))).toEqual([
      'NAME      COUNT  TWICE',
      'a             5     10',
      'much to…  12345  24690',
    ]);
  });

  test('leaves out the columns that can be spared most, until it fits', () => {
    expect(plain(table(COLUMNS, ROWS, 16).head)).toBe('NAME      COUNT');
    expect(plain(table(COLUMNS, ROWS, 10).head)).toBe('NAME');
    expect(plain(table(COLUMNS, ROWS, 3).head, 3)).toBe('NA…');
  });

  test('measures what is shown of a text, not what came', () => {
    const { rows } = table([{ head: '', cell: () => 'a\x1bb' }], [0], 80);
    expect(lineCells(rows[0] ?? [])).toBe('a\\x1bb'.length);
  });

  test('shows the selected row as such from end to end', () => {
    const { rows } = table(COLUMNS, ROWS, 80, 1);
    expect(rows[1]?.every(({ style }) => style === 'selected')).toBe(true);
    expect(rows[0]?.some(({ style }) => style === 'selected')).toBe(false);
  });
});

describe('a painted line', () => {
  test('has colours, attributes or none', () => {
    const line = [span('bad', 'bad'), span('dim', 'dim')];
    expect(paint(line, 80, 'colours')).toBe('\x1b[31mbad\x1b[0m\x1b[2mdim\x1b[0m');
    expect(paint(line, 80, 'attributes')).toBe('\x1b[1mbad\x1b[0mdim');
    expect(paint(line, 80, 'none')).toBe('baddim');
  });

  test('has no control character of a text, in whatever style', () => {
    expect(paint([span('\x1b]0;title\x07', 'selected')], 80, 'none')).toBe('\\x1b]0;title\\x07');
  });

  test('is cut at the width', () => {
    expect(paint([span('abc'), span('def'), span('ghi')], 5, 'none')).toBe('abcd…');
  });
});
