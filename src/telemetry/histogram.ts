import type { HrTime } from '@opentelemetry/api';
import { type Labels, labelled } from './labels.ts';
import type { LabelName, MetricMeta } from './names.ts';
import type { Occupant, Shown } from './occupants.ts';

/** A series of a histogram as it stands. `counts` has one more cell than there are boundaries: what lies above all. */
export interface HistogramPoint {
  readonly labels: Labels;
  /** When counting began. */
  readonly since: HrTime;
  readonly count: number;
  readonly sum: number;
  readonly counts: number[];
}

/** What the series of a table are told apart by. */
export interface HistogramShape {
  readonly per: keyof Shown;
  /** Upper bounds of the buckets; ascending, inclusive. */
  readonly boundaries: readonly number[];
  /** Beside the labels of whom they are recorded of; null = one series for each. */
  readonly label: LabelName | null;
  /** The label's values; any one where there is no label. */
  readonly values: readonly string[];
}

/**
 * A histogram kept in arrays, one for each slot: recording is an addition, without a look-up by labels. Cumulative for
 * each occupant of a slot, over all plans in which it is the same; the next one of the slot begins with nothing.
 */
export class HistogramTable {
  readonly metric: MetricMeta;
  readonly shape: HistogramShape;
  readonly #slots: (Recorded | undefined)[] = [];

  constructor(metric: MetricMeta, shape: HistogramShape) {
    this.metric = metric;
    this.shape = shape;
  }

  /** Records `measured` for the label's value at `position` in the shape's `values`. */
  record(occupant: Occupant, position: number, measured: number): void {
    const { boundaries } = this.shape;
    let bucket = 0;
    while (bucket < boundaries.length && measured > (boundaries[bucket] as number)) bucket++;
    const { counts, sums } = this.#of(occupant);
    const cell = position * (boundaries.length + 1) + bucket;
    counts[cell] = (counts[cell] as number) + 1;
    sums[position] = (sums[position] as number) + measured;
  }

  /** The series of those that are shown, where they have an observation. */
  points(shown: Shown): HistogramPoint[] {
    const { per, boundaries, label, values } = this.shape;
    const width = boundaries.length + 1;
    const points: HistogramPoint[] = [];
    for (const occupant of shown[per]) {
      const recorded = this.#slots[occupant.slot];
      if (recorded?.of !== occupant) continue;
      for (const [position, value] of values.entries()) {
        const counts = Array.from(recorded.counts.subarray(position * width, (position + 1) * width));
        const count = counts.reduce((total, n) => total + n, 0);
        if (count === 0) continue;
        const labels = labelled(occupant.labels, label, value);
        points.push({ labels, since: occupant.since, count, sum: recorded.sums[position] as number, counts });
      }
    }
    return points;
  }

  #of(occupant: Occupant): Recorded {
    const recorded = this.#slots[occupant.slot];
    if (recorded?.of === occupant) return recorded;
    const { boundaries, values } = this.shape;
    const fresh = {
      of: occupant,
      sums: new Float64Array(values.length),
      counts: new Float64Array(values.length * (boundaries.length + 1)),
    };
    this.#slots[occupant.slot] = fresh;
    return fresh;
  }
}

interface Recorded {
  readonly of: Occupant;
  readonly sums: Float64Array;
  readonly counts: Float64Array;
}
