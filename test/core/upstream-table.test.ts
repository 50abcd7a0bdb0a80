import { describe, expect, it } from 'vitest';
import {
  HEALTH_UNKNOWN,
  HEALTHY,
  UNHEALTHY,
  UPSTREAM_ROWS_MAX,
  UpstreamTable,
} from '../../src/core/upstream-table.ts';

describe('the upstream table', () => {
  it('starts with every row unknown and idle', () => {
    const table = new UpstreamTable(3);
    for (let row = 0; row < 3; row++) {
      expect(table.health(row)).toBe(HEALTH_UNKNOWN);
      expect([table.weight(row), table.active(row), table.connecting(row)]).toEqual([0, 0, 0]);
    }
  });

  it('keeps every column of every row apart', () => {
    const table = new UpstreamTable(50);
    for (let row = 0; row < 50; row++) {
      table.setHealth(row, row % 2 === 0 ? HEALTHY : UNHEALTHY);
      table.setWeight(row, row + 1);
      table.addActive(row, row * 10);
      table.addConnecting(row, row * 100);
    }
    for (let row = 0; row < 50; row++) {
      expect(table.health(row)).toBe(row % 2 === 0 ? HEALTHY : UNHEALTHY);
      expect([table.weight(row), table.active(row), table.connecting(row)]).toEqual([
        row + 1,
        row * 10,
        row * 100,
      ]);
    }
  });

  it('counts up and down', () => {
    const table = new UpstreamTable(1);
    table.addActive(0, 2);
    table.addActive(0, -1);
    table.addConnecting(0, 1);
    table.addConnecting(0, -1);
    expect([table.active(0), table.connecting(0)]).toEqual([1, 0]);
  });

  it('over the cells of another table shows the same rows', () => {
    const table = new UpstreamTable(4);
    const other = new UpstreamTable(table.rows, table.cells);
    table.setHealth(3, UNHEALTHY);
    other.addActive(3, 5);
    expect(other.health(3)).toBe(UNHEALTHY);
    expect(table.active(3)).toBe(5);
    expect(table.cells.buffer).toBeInstanceOf(SharedArrayBuffer);
  });

  it('has room for its maximum, for none, and for no more', () => {
    const table = new UpstreamTable(UPSTREAM_ROWS_MAX);
    table.setWeight(UPSTREAM_ROWS_MAX - 1, 7);
    expect(table.weight(UPSTREAM_ROWS_MAX - 1)).toBe(7);
    expect(new UpstreamTable(0).rows).toBe(0);
    expect(() => new UpstreamTable(UPSTREAM_ROWS_MAX + 1)).toThrow(RangeError);
  });
});
