import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  HEALTH_UNKNOWN,
  HEALTHY,
  UNHEALTHY,
  UPSTREAM_ROWS_MAX,
  UpstreamTable,
} from '../../src/core/upstream-table.ts';

/** What a table counts of a row: load, active, connecting. */
function countsOf(table: UpstreamTable, row: number): readonly number[] {
  return [table.load(row), table.active(row), table.connecting(row)];
}

/** Counts that many attempts of a shard, and lets as many of them connect. */
function put(table: UpstreamTable, row: number, shard: number, attempts: number, connected = 0): void {
  for (let n = 0; n < attempts; n++) table.begin(row, shard, table.load(row));
  for (let n = 0; n < connected; n++) table.connected(row, shard);
}

describe('the upstream table', () => {
  it('starts with every row unknown and idle', () => {
    const table = new UpstreamTable(3, 2);
    for (let row = 0; row < 3; row++) {
      expect([table.health(row), table.weight(row)]).toEqual([HEALTH_UNKNOWN, 0]);
      expect(countsOf(table, row)).toEqual([0, 0, 0]);
    }
  });

  it('keeps every column of every row apart', () => {
    const table = new UpstreamTable(50, 3);
    for (let row = 0; row < 50; row++) {
      table.setHealth(row, row % 2 === 0 ? HEALTHY : UNHEALTHY);
      table.setWeight(row, row + 1);
      put(table, row, row % 3, row % 7, row % 4 <= row % 7 ? row % 4 : 0);
    }
    for (let row = 0; row < 50; row++) {
      expect(table.health(row)).toBe(row % 2 === 0 ? HEALTHY : UNHEALTHY);
      expect(table.weight(row)).toBe(row + 1);
      const [load, active] = [row % 7, row % 4 <= row % 7 ? row % 4 : 0];
      expect(countsOf(table, row)).toEqual([load, active, load - active]);
    }
  });

  it('counts an attempt only where the load is what was seen', () => {
    const table = new UpstreamTable(2, 2);
    expect(table.begin(1, 0, 0)).toBe(true);
    expect(table.begin(1, 1, 0)).toBe(false);
    expect(countsOf(table, 1)).toEqual([1, 0, 1]);
    expect(table.begin(1, 1, 1)).toBe(true);
    expect(table.begin(1, 1, 3)).toBe(false);
    expect(countsOf(table, 1)).toEqual([2, 0, 2]);
    expect(countsOf(table, 0)).toEqual([0, 0, 0]);
  });

  it('counts an attempt below a limit over all shards, and without end where there is none', () => {
    const table = new UpstreamTable(1, 2);
    expect([0, 1, 0, 1].map((shard) => table.beginBelow(0, shard, 3))).toEqual([true, true, true, false]);
    expect(table.load(0)).toBe(3);
    expect(table.beginBelow(0, 1, 0)).toBe(true);
    expect(table.load(0)).toBe(4);
  });

  it('over the cells of another table shows the same rows', () => {
    const table = new UpstreamTable(4, 2);
    const other = new UpstreamTable(table.rows, table.shards, table.cells);
    table.setHealth(3, UNHEALTHY);
    put(other, 3, 1, 5, 2);
    expect(other.health(3)).toBe(UNHEALTHY);
    expect(countsOf(table, 3)).toEqual([5, 2, 3]);
    expect(table.cells.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(table.cells).toHaveLength(UpstreamTable.cells(4, 2));
  });

  it('has room for its maximum, for none, and for no more', () => {
    const table = new UpstreamTable(UPSTREAM_ROWS_MAX, 3);
    table.setWeight(UPSTREAM_ROWS_MAX - 1, 7);
    put(table, UPSTREAM_ROWS_MAX - 1, 2, 2, 1);
    expect(table.weight(UPSTREAM_ROWS_MAX - 1)).toBe(7);
    expect(countsOf(table, UPSTREAM_ROWS_MAX - 1)).toEqual([2, 1, 1]);
    expect(new UpstreamTable(0).reap(0)).toBe(true);
    expect(() => new UpstreamTable(UPSTREAM_ROWS_MAX + 1)).toThrow(RangeError);
    expect(() => new UpstreamTable(1, 0)).toThrow('at least 1');
    expect(() => new UpstreamTable(4, 2, table.cells.subarray(0, 10))).toThrow('10 cells');
  });

  it('throws on an end that has no beginning in that shard, and changes nothing, whatever others have', () => {
    const table = new UpstreamTable(2, 3);
    put(table, 0, 0, 2, 1);
    put(table, 0, 2, 1, 1);
    const before = [...table.cells];
    const misuses = [
      () => table.connected(0, 1),
      () => table.failed(0, 1),
      () => table.released(0, 1),
      () => table.failed(0, 2),
      () => table.connected(0, 2),
      () => table.released(1, 0),
    ];
    for (const misuse of misuses) expect(misuse).toThrow(RangeError);
    expect([...table.cells]).toEqual(before);
  });

  it('throws on a row or a shard that it has not, and changes nothing', () => {
    const table = new UpstreamTable(3, 2);
    for (let row = 0; row < 3; row++) for (const shard of [0, 1]) put(table, row, shard, 2, 1);
    const before = [...table.cells];
    for (const row of [-1, 3, UPSTREAM_ROWS_MAX, Number.NaN]) {
      for (const use of ['connected', 'failed', 'released'] as const)
        expect(() => table[use](row, 0)).toThrow(`no backend ${row}`);
      expect(() => table.begin(row, 0, 0)).toThrow(`no backend ${row}`);
      expect(() => table.beginBelow(row, 0, 0)).toThrow(`no backend ${row}`);
      for (const use of ['load', 'active', 'connecting'] as const)
        expect(() => table[use](row)).toThrow(`no backend ${row}`);
    }
    for (const row of [-1, 3, UPSTREAM_ROWS_MAX]) {
      expect(() => table.setHealth(row, HEALTHY)).toThrow(RangeError);
      expect(() => table.setWeight(row, 1)).toThrow(RangeError);
      expect(() => table.health(row)).toThrow(RangeError);
      expect(() => table.weight(row)).toThrow(RangeError);
    }
    for (const shard of [-1, 2, Number.NaN]) {
      for (const use of ['connected', 'failed', 'released'] as const)
        expect(() => table[use](0, shard)).toThrow(`no shard ${shard}`);
      expect(() => table.begin(0, shard, 4)).toThrow(`no shard ${shard}`);
      expect(() => table.beginBelow(0, shard, 0)).toThrow(`no shard ${shard}`);
      expect(() => table.reap(shard)).toThrow(`no shard ${shard}`);
    }
    expect([...table.cells]).toEqual(before);
  });

  it('gives back what a dead shard had, and nothing of the others', () => {
    const table = new UpstreamTable(2, 3);
    put(table, 0, 0, 3, 2);
    put(table, 0, 1, 4, 1);
    put(table, 1, 1, 2, 2);
    put(table, 1, 2, 1);
    expect(table.reap(1)).toBe(true);
    expect([countsOf(table, 0), countsOf(table, 1)]).toEqual([
      [3, 2, 1],
      [1, 0, 1],
    ]);
    expect(() => table.released(1, 1)).toThrow(RangeError);
    table.connected(1, 2);
    expect(countsOf(table, 1)).toEqual([1, 1, 0]);
  });

  it('counts what is open, shard by shard, over any history of uses, misuses and deaths', () => {
    const use = fc.constantFrom(
      'begin',
      'beginStale',
      'beginBelow',
      'connected',
      'failed',
      'released',
      'reap',
    );
    const step = fc.record({ use, row: fc.nat(2), shard: fc.nat(2), max: fc.nat(4) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const table = new UpstreamTable(3, 3);
        const attempts = table3x3();
        const connections = table3x3();
        const open = (row: number) => sum(attempts[row]) + sum(connections[row]);
        for (const { use: what, row, shard, max } of steps) {
          const [attempt, connection] = [attempts[row] as number[], connections[row] as number[]];
          if (what === 'begin') {
            expect(table.begin(row, shard, open(row))).toBe(true);
            attempt[shard]! += 1;
          } else if (what === 'beginStale') {
            expect(table.begin(row, shard, open(row) + max + 1)).toBe(false);
          } else if (what === 'beginBelow') {
            const fits = max === 0 || open(row) < max;
            expect(table.beginBelow(row, shard, max)).toBe(fits);
            if (fits) attempt[shard]! += 1;
          } else if (what === 'reap') {
            expect(table.reap(shard)).toBe(true);
            for (const counts of [...attempts, ...connections]) counts[shard] = 0;
          } else {
            const from = what === 'released' ? connection : attempt;
            if (from[shard] === 0) {
              expect(() => table[what](row, shard)).toThrow(RangeError);
            } else {
              table[what](row, shard);
              from[shard]! -= 1;
              if (what === 'connected') connection[shard]! += 1;
            }
          }
          for (const one of [0, 1, 2]) {
            expect(countsOf(table, one)).toEqual([open(one), sum(connections[one]), sum(attempts[one])]);
          }
        }
      }),
      { numRuns: 100 },
    );
  });
});

function table3x3(): number[][] {
  return [0, 1, 2].map(() => [0, 0, 0]);
}

function sum(counts: readonly number[] = []): number {
  return counts.reduce((total, count) => total + count, 0);
}
