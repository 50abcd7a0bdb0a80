import type { Labels } from './labels.ts';
import type { MetricMeta } from './names.ts';

/** A series of a histogram as it stands. `counts` has one more cell than there are boundaries: what lies above all. */
export interface HistogramPoint {
  readonly labels: Labels;
  readonly count: number;
  readonly sum: number;
  readonly counts: number[];
}

/**
 * A histogram with a fixed set of series, kept in arrays: recording is an addition, without a look-up by labels.
 * Cumulative from its making on.
 */
export class HistogramTable {
  readonly metric: MetricMeta;
  readonly boundaries: readonly number[];
  readonly #series: readonly Labels[];
  readonly #sums: Float64Array;
  readonly #counts: Float64Array;

  /** One series for each of `series`; `record` names it by its position. `boundaries` ascend and are inclusive. */
  constructor(metric: MetricMeta, boundaries: readonly number[], series: readonly Labels[]) {
    this.metric = metric;
    this.boundaries = boundaries;
    this.#series = series;
    this.#sums = new Float64Array(series.length);
    this.#counts = new Float64Array(series.length * (boundaries.length + 1));
  }

  record(series: number, value: number): void {
    let bucket = 0;
    while (bucket < this.boundaries.length && value > (this.boundaries[bucket] as number)) bucket++;
    const cell = series * (this.boundaries.length + 1) + bucket;
    this.#counts[cell] = (this.#counts[cell] as number) + 1;
    this.#sums[series] = (this.#sums[series] as number) + value;
  }

  /** The series that have an observation. */
  points(): HistogramPoint[] {
    const points: HistogramPoint[] = [];
    const width = this.boundaries.length + 1;
    for (const [index, labels] of this.#series.entries()) {
      const counts = Array.from(this.#counts.subarray(index * width, (index + 1) * width));
      const count = counts.reduce((total, n) => total + n, 0);
      if (count > 0) points.push({ labels, count, sum: this.#sums[index] as number, counts });
    }
    return points;
  }
}
