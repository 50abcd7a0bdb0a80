import { type HrTime, ValueType } from '@opentelemetry/api';
import { emptyResource } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  type CollectionResult,
  DataPointType,
  type MetricData,
  type MetricProducer,
} from '@opentelemetry/sdk-metrics';
import type { Watched } from '../core/watcher.ts';
import { addUp, type CellMetric, cellMetrics } from './cells.ts';
import type { Durations } from './durations.ts';
import { type Reading, upstreamReader } from './gauges.ts';
import type { HistogramTable } from './histogram.ts';
import { hrTime } from './hr-time.ts';
import { METRICS, type MetricMeta, SCOPE } from './names.ts';

/** What telemetry itself has lost, for its own counters. */
export interface Losses {
  spans(): number;
  logLines(): number;
}

/**
 * All metrics, for any number of readers: counters and gauges as the shards' regions have them at the moment of reading,
 * histograms as recorded. Nothing is aggregated twice and nothing drifts. Cumulative since its making.
 */
export class SluiceMetrics implements MetricProducer {
  readonly #watched: Watched;
  readonly #durations: Durations;
  readonly #losses: Losses;
  readonly #cells: readonly CellMetric[];
  readonly #upstreams: () => readonly Reading[];
  readonly #start: HrTime;
  readonly #now: () => number;

  /** `now` in milliseconds since 1970. */
  constructor(watched: Watched, durations: Durations, losses: Losses, now: () => number) {
    this.#watched = watched;
    this.#durations = durations;
    this.#losses = losses;
    this.#cells = cellMetrics(watched.plan, watched.layout);
    this.#upstreams = upstreamReader(watched.plan, watched.upstreams);
    this.#now = now;
    this.#start = hrTime(now());
  }

  async collect(): Promise<CollectionResult> {
    const end = hrTime(this.#now());
    const metrics = [
      ...this.#counters().map((reading) => this.#numbers(reading, end)),
      ...this.#upstreams().map((reading) => this.#numbers(reading, end)),
      ...this.#durations.tables.map((table) => this.#histogram(table, end)),
    ].filter(({ dataPoints }) => dataPoints.length > 0);
    const scope = { name: SCOPE, version: this.#watched.version };
    return {
      resourceMetrics: { resource: emptyResource(), scopeMetrics: [{ scope, metrics }] },
      errors: [],
    };
  }

  #counters(): Reading[] {
    const cells = addUp(this.#watched.counters(), this.#watched.layout.length);
    const readings: Reading[] = this.#cells.map(({ metric, cells: series, showsZero }) => ({
      metric,
      points: series
        .map(({ index, labels }) => ({ labels, value: cells[index] as number }))
        .filter(({ value }) => showsZero || value !== 0),
    }));
    readings.push({ metric: METRICS.spansDropped, points: [{ labels: {}, value: this.#losses.spans() }] });
    readings.push({ metric: METRICS.logDropped, points: [{ labels: {}, value: this.#losses.logLines() }] });
    return readings;
  }

  #numbers({ metric, points }: Reading, endTime: HrTime): MetricData {
    const dataPoints = points.map(({ labels, value }) => ({
      attributes: labels,
      startTime: this.#start,
      endTime,
      value,
    }));
    const base = {
      descriptor: descriptor(metric),
      aggregationTemporality: AggregationTemporality.CUMULATIVE,
    };
    return metric.kind === 'counter'
      ? { ...base, dataPointType: DataPointType.SUM, isMonotonic: true, dataPoints }
      : { ...base, dataPointType: DataPointType.GAUGE, dataPoints };
  }

  #histogram(table: HistogramTable, endTime: HrTime): MetricData {
    const boundaries = [...table.boundaries];
    return {
      descriptor: descriptor(table.metric),
      aggregationTemporality: AggregationTemporality.CUMULATIVE,
      dataPointType: DataPointType.HISTOGRAM,
      dataPoints: table.points().map(({ labels, count, sum, counts }) => ({
        attributes: labels,
        startTime: this.#start,
        endTime,
        value: { count, sum, buckets: { boundaries, counts } },
      })),
    };
  }
}

function descriptor({ name, description, unit, kind }: MetricMeta) {
  return { name, description, unit, valueType: kind === 'histogram' ? ValueType.DOUBLE : ValueType.INT };
}
