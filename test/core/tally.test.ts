import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Tally } from '../../src/core/tally.ts';

const ROWS = 3;
const SHARDS = 4;

function tallyOf(rows = ROWS, shards = SHARDS) {
  const cells = new Int32Array(new SharedArrayBuffer(Tally.cells(rows, shards) * 4));
  return { cells, tally: new Tally(cells, rows, shards) };
}

const row = fc.integer({ min: 0, max: ROWS - 1 });
const shard = fc.integer({ min: 0, max: SHARDS - 1 });
const step = fc.oneof(
  fc.record({ act: fc.constant('take' as const), row, shard, max: fc.integer({ min: 0, max: 4 }) }),
  fc.record({ act: fc.constant('takeIf' as const), row, shard, max: fc.integer({ min: 0, max: 4 }) }),
  fc.record({ act: fc.constant('give' as const), row, shard, max: fc.constant(0) }),
  fc.record({ act: fc.constant('reap' as const), row, shard, max: fc.constant(0) }),
);

describe('a tally', () => {
  test('counts as a plain table would, whatever is done', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { tally } = tallyOf();
        const table = Array.from({ length: ROWS }, () => new Array<number>(SHARDS).fill(0));
        const sum = (at: number): number => (table[at] as number[]).reduce((all, one) => all + one, 0);
        for (const { act, row, shard, max } of steps) {
          const held = table[row] as number[];
          if (act === 'take') {
            const free = max === 0 || sum(row) < max;
            expect(tally.take(row, shard, max)).toBe(free);
            if (free) held[shard]!++;
          } else if (act === 'takeIf') {
            const same = sum(row) === max;
            expect(tally.takeIf(row, shard, max)).toBe(same);
            if (same) held[shard]!++;
          } else if (act === 'give') {
            if (held[shard] === 0) expect(() => tally.give(row, shard)).toThrow(RangeError);
            else {
              tally.give(row, shard);
              held[shard]!--;
            }
          } else {
            expect(tally.reap(shard)).toBe(true);
            for (const one of table) one[shard] = 0;
          }
          for (let at = 0; at < ROWS; at++) {
            expect(tally.total(at)).toBe(sum(at));
            expect(table[at]).toEqual(table[at]!.map((_, of) => tally.held(at, of)));
          }
        }
      }),
    );
  });

  test('refuses a row or a shard that it has not, and stays fit for repair', () => {
    const { cells, tally } = tallyOf();
    for (const [row, shard] of [
      [ROWS, 0],
      [-1, 0],
      [Number.NaN, 0],
      [0, SHARDS],
      [0, -1],
    ] as const) {
      expect(() => tally.take(row, shard, 0)).toThrow(RangeError);
      expect(() => tally.takeIf(row, shard, 0)).toThrow(RangeError);
      expect(() => tally.give(row, shard)).toThrow(RangeError);
    }
    expect(cells.every((cell) => cell === 0)).toBe(true);
    expect(tally.repair()).toBe(true);
  });

  test('refuses memory that is too small for it', () => {
    expect(() => new Tally(new Int32Array(Tally.cells(2, 2) - 1), 2, 2)).toThrow('2 rows and 2 shards');
  });

  test('the sequences may wrap', () => {
    const { cells, tally } = tallyOf();
    cells[1] = 2 ** 31 - 2;
    expect(tally.take(0, 1, 2)).toBe(true);
    expect(cells[1]).toBe(-(2 ** 31));
    expect(tally.take(0, 1, 2)).toBe(true);
    expect(tally.repair()).toBe(true);
    expect(tally.total(0)).toBe(2);
  });
});

describe('a shard that dies', () => {
  /** Position of a total, and of a shard's sequence, as the class comment tells them. */
  const totalCell = (row: number): number => SHARDS + row;

  test('between the total and its column leaves a place that nobody has, and its reaping finds it', () => {
    const { cells, tally } = tallyOf();
    tally.take(1, 0, 0);
    tally.take(1, 2, 0);
    cells[2]! += 1;
    cells[totalCell(1)]! += 1;
    expect(tally.total(1)).toBe(3);
    expect(tally.reap(2)).toBe(true);
    expect([tally.total(1), tally.held(1, 0), tally.held(1, 2)]).toEqual([1, 1, 0]);
  });

  test('while another is inside a step is put right once that one is out of it', () => {
    const { cells, tally } = tallyOf();
    tally.take(1, 0, 0);
    cells[2]! += 1;
    cells[totalCell(1)]! += 1;
    cells[3]! += 1;
    expect(tally.reap(2)).toBe(false);
    expect(tally.repair()).toBe(false);
    expect(tally.total(1)).toBe(2);
    cells[3]! += 1;
    expect(tally.repair()).toBe(true);
    expect(tally.total(1)).toBe(1);
  });

  test('outside of a step is reaped while others are busy', () => {
    const { cells, tally } = tallyOf();
    tally.take(0, 1, 0);
    cells[3]! += 1;
    expect(tally.reap(1)).toBe(true);
    expect(tally.total(0)).toBe(0);
  });
});
