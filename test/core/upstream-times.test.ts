import { describe, expect, it } from 'vitest';
import { UpstreamTable } from '../../src/core/upstream-table.ts';

const NOW = 1_800_000_000_000;

describe('the age of a backend', () => {
  it('is endless where it neither came back nor was new', () => {
    expect(new UpstreamTable(1).age(0, NOW)).toBe(Number.POSITIVE_INFINITY);
  });

  it('is never more than it is, and less by two tenths of a second at most', () => {
    const table = new UpstreamTable(1);
    for (const at of [NOW, NOW + 1, NOW + 99, 1, 2 ** 32 * 100 - 1, 2 ** 31 * 100]) {
      table.setReturned(0, at);
      for (const age of [0, 1, 150, 30_000, 24 * 86_400_000]) {
        expect(table.age(0, at + age)).toBeLessThanOrEqual(age);
        expect(table.age(0, at + age)).toBeGreaterThanOrEqual(age - 200);
      }
    }
  });

  it('is nothing where the clock was set back', () => {
    const table = new UpstreamTable(1);
    table.setReturned(0, NOW);
    expect(table.age(0, NOW - 60_000)).toBe(0);
  });
});

describe('the latency of a backend', () => {
  it('is the first time, then moves by an eighth, in microseconds', () => {
    const table = new UpstreamTable(2);
    table.measured(1, 8);
    expect([table.latency(0), table.latency(1)]).toEqual([0, 8000]);
    table.measured(1, 16);
    expect(table.latency(1)).toBe(9000);
  });

  it('doubles with a failure, at least to 100 ms and at most to a minute', () => {
    const table = new UpstreamTable(1);
    table.penalised(0);
    expect(table.latency(0)).toBe(100_000);
    table.penalised(0);
    expect(table.latency(0)).toBe(200_000);
    for (let n = 0; n < 20; n++) table.penalised(0);
    expect(table.latency(0)).toBe(60_000_000);
    table.measured(0, 1e12);
    expect(table.latency(0)).toBe(60_000_000);
  });

  it('is forgotten with the time of return when another backend has the row', () => {
    const table = new UpstreamTable(1);
    table.measured(0, 5);
    table.setReturned(0, NOW);
    table.renew(0);
    expect([table.latency(0), table.age(0, NOW)]).toEqual([0, Number.POSITIVE_INFINITY]);
  });

  it('refuses a row that is not in the table', () => {
    expect(() => new UpstreamTable(1).measured(1, 5)).toThrow(RangeError);
    expect(() => new UpstreamTable(1).penalised(-1)).toThrow(RangeError);
  });
});
