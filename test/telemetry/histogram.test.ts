import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HistogramTable } from '../../src/telemetry/histogram.ts';
import { METRICS } from '../../src/telemetry/names.ts';

const BOUNDARIES = [1, 2, 5];

describe('a histogram', () => {
  it('puts a value into the first bucket whose upper bound it does not exceed', () => {
    const table = new HistogramTable(METRICS.dialDuration, BOUNDARIES, [{ backend: 'a' }]);
    for (const value of [0, 1, 1.5, 2, 5, 5.1, 1000]) table.record(0, value);
    expect(table.points()).toEqual([
      { labels: { backend: 'a' }, count: 7, sum: 1014.6, counts: [2, 2, 1, 2] },
    ]);
  });

  it('shows no series that has no observation', () => {
    const table = new HistogramTable(METRICS.dialDuration, BOUNDARIES, [{ backend: 'a' }, { backend: 'b' }]);
    expect(table.points()).toEqual([]);
    table.record(1, 1);
    expect(table.points().map(({ labels }) => labels)).toEqual([{ backend: 'b' }]);
  });

  it('loses no observation and mixes no series', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(2), fc.double({ min: 0, max: 10, noNaN: true }))), (records) => {
        const series = ['a', 'b', 'c'].map((backend) => ({ backend }));
        const table = new HistogramTable(METRICS.dialDuration, BOUNDARIES, series);
        for (const [row, value] of records) table.record(row, value);
        for (const [row, labels] of series.entries()) {
          const values = records.filter(([r]) => r === row).map(([, value]) => value);
          const point = table.points().find((p) => p.labels === labels);
          expect(point?.count ?? 0).toBe(values.length);
          expect(point?.sum ?? 0).toBeCloseTo(values.reduce((a, b) => a + b, 0));
          expect(point?.counts[0] ?? 0).toBe(values.filter((value) => value <= 1).length);
        }
      }),
    );
  });
});
