import type { HrTime } from '@opentelemetry/api';
import type { Labels } from './labels.ts';
import type { MetricMeta } from './names.ts';

/** A counter or gauge with the value of each of its series. */
export interface Reading {
  readonly metric: MetricMeta;
  readonly points: readonly Point[];
}

/** A series as it stands. */
export interface Point {
  readonly labels: Labels;
  /** When it was 0 and counting began. */
  readonly since: HrTime;
  readonly value: number;
}
