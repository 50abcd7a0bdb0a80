import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HistogramTable } from '../../src/telemetry/histogram.ts';
import { METRICS } from '../../src/telemetry/names.ts';
import type { Occupant, Shown } from '../../src/telemetry/occupants.ts';

const BOUNDARIES = [1, 2, 5];
const SHAPE = { per: 'backends', boundaries: BOUNDARIES, label: null, values: [''] } as const;
const RESULTS = ['connected', 'failed'];

function anOccupant(slot: number, backend: string): Occupant {
  return { slot, labels: { backend }, since: [slot, 0] };
}

function shown(...backends: Occupant[]): Shown {
  return { service: [], listeners: [], backends, pools: [] };
}

describe('a histogram', () => {
  it('puts a value into the first bucket whose upper bound it does not exceed', () => {
    const table = new HistogramTable(METRICS.dialDuration, SHAPE);
    const a = anOccupant(0, 'a');
    for (const value of [0, 1, 1.5, 2, 5, 5.1, 1000]) table.record(a, 0, value);
    expect(table.points(shown(a))).toEqual([
      { labels: { backend: 'a' }, since: [0, 0], count: 7, sum: 1014.6, counts: [2, 2, 1, 2] },
    ]);
  });

  it('shows no series that has no observation, and none of whom is not shown', () => {
    const table = new HistogramTable(METRICS.dialDuration, SHAPE);
    const [a, b] = [anOccupant(0, 'a'), anOccupant(1, 'b')];
    expect(table.points(shown(a, b))).toEqual([]);
    table.record(b, 0, 1);
    expect(table.points(shown(a, b)).map(({ labels }) => labels)).toEqual([{ backend: 'b' }]);
    expect(table.points(shown(a))).toEqual([]);
  });

  it('begins with nothing for the next one of a slot, also before anything of it is recorded', () => {
    const table = new HistogramTable(METRICS.dialDuration, SHAPE);
    const [before, after] = [anOccupant(3, 'before'), anOccupant(3, 'after')];
    for (const value of [1, 2, 3]) table.record(before, 0, value);
    expect(table.points(shown(after))).toEqual([]);
    table.record(after, 0, 2);
    expect(table.points(shown(after))).toMatchObject([{ labels: { backend: 'after' }, count: 1, sum: 2 }]);
  });

  it('loses no observation and mixes no series, in whatever order slots come', () => {
    const record = fc.tuple(fc.nat(40), fc.nat(1), fc.double({ min: 0, max: 10, noNaN: true }));
    fc.assert(
      fc.property(fc.array(record), (records) => {
        const shape = { ...SHAPE, label: 'result', values: RESULTS } as const;
        const table = new HistogramTable(METRICS.dialDuration, shape);
        const occupants = Array.from({ length: 41 }, (_, slot) => anOccupant(slot, `b${slot}`));
        for (const [slot, position, value] of records)
          table.record(occupants[slot] as Occupant, position, value);
        for (const occupant of occupants) {
          const points = table.points(shown(occupant));
          for (const [position, result] of RESULTS.entries()) {
            const values = records
              .filter(([s, p]) => s === occupant.slot && p === position)
              .map(([, , v]) => v);
            const point = points.find(({ labels }) => labels.result === result);
            expect(point?.count ?? 0).toBe(values.length);
            expect(point?.sum ?? 0).toBeCloseTo(values.reduce((a, b) => a + b, 0));
            expect(point?.counts[0] ?? 0).toBe(values.filter((value) => value <= 1).length);
          }
        }
      }),
    );
  });
});
