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
import { connectionsOf, readCells } from './cells.ts';
import { readCertificates } from './certificates.ts';
import type { Durations } from './durations.ts';
import { readUpstreams } from './gauges.ts';
import type { HistogramTable } from './histogram.ts';
import { hrTime } from './hr-time.ts';
import { readNames } from './name-metrics.ts';
import { METRICS, type MetricMeta, SCOPE } from './names.ts';
import type { Occupants, Shown } from './occupants.ts';
import type { Reading } from './reading.ts';
import type { ServiceMetrics } from './service-metrics.ts';
import { TRACE_RULES } from './trace-rules.ts';
import type { Traces } from './traces.ts';

/** What telemetry itself has lost, for its own counters. */
export interface Losses {
  spans(): number;
  logLines(): number;
}

/** What the metrics are read from. */
export interface MetricSources {
  readonly watched: Watched;
  readonly occupants: Occupants;
  readonly durations: Durations;
  readonly service: ServiceMetrics;
  readonly losses: Losses;
  /** null where no traces are made. */
  readonly traces: () => Traces | null;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * All metrics, for any number of readers: counters and gauges as the shards' regions have them at the moment of reading,
 * histograms as recorded. Nothing is aggregated twice and nothing drifts. Cumulative since its making, or for a listener
 * or backend since it is in the plan. Reading costs what there is to show, however much the regions are laid out for.
 */
export class SluiceMetrics implements MetricProducer {
  readonly #sources: MetricSources;

  constructor(sources: MetricSources) {
    this.#sources = sources;
  }

  async collect(): Promise<CollectionResult> {
    const { watched, occupants, durations, now } = this.#sources;
    const regions = watched.counters();
    const shown = occupants.shown((listener) => connectionsOf(watched.layout, regions, listener) > 0);
    const end = hrTime(now());
    const metrics = [
      ...this.#readings(regions, shown).map((reading) => this.#numbers(reading, end)),
      ...durations.tables.map((table) => this.#histogram(table, shown, end)),
    ].filter(({ dataPoints }) => dataPoints.length > 0);
    const scope = { name: SCOPE, version: watched.version };
    return {
      resourceMetrics: { resource: emptyResource(), scopeMetrics: [{ scope, metrics }] },
      errors: [],
    };
  }

  #readings(regions: readonly Float64Array[], shown: Shown): readonly Reading[] {
    const { watched, occupants, service, losses, traces, now } = this.#sources;
    const { labels, since } = occupants.service;
    return [
      ...readCells(watched.layout, regions, shown),
      ...readUpstreams(watched.upstreams, shown.backends),
      readCertificates(watched.plan(), since),
      ...readNames(watched.names(), now(), since),
      ...service.read(watched.plan(), since),
      { metric: METRICS.spansDropped, points: [{ labels, since, value: losses.spans() }] },
      ...readTraces(traces(), since),
      { metric: METRICS.logDropped, points: [{ labels, since, value: losses.logLines() }] },
    ];
  }

  #numbers({ metric, points }: Reading, endTime: HrTime): MetricData {
    const dataPoints = points.map(({ labels, since, value }) => ({
      attributes: labels,
      startTime: since,
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

  #histogram(table: HistogramTable, shown: Shown, endTime: HrTime): MetricData {
    const boundaries = [...table.shape.boundaries];
    return {
      descriptor: descriptor(table.metric),
      aggregationTemporality: AggregationTemporality.CUMULATIVE,
      dataPointType: DataPointType.HISTOGRAM,
      dataPoints: table.points(shown).map(({ labels, since, count, sum, counts }) => ({
        attributes: labels,
        startTime: since,
        endTime,
        value: { count, sum, buckets: { boundaries, counts } },
      })),
    };
  }
}

/** What was decided about traces; all 0 where none are made. */
function readTraces(traces: Traces | null, since: HrTime): readonly Reading[] {
  const alone = (value: number) => [{ labels: {}, since, value }];
  return [
    {
      metric: METRICS.tracesAdded,
      points: TRACE_RULES.map((rule) => ({ labels: { rule }, since, value: traces?.added.of(rule) ?? 0 })),
    },
    { metric: METRICS.tracesCapped, points: alone(traces?.added.capped ?? 0) },
    { metric: METRICS.heartbeatsSkipped, points: alone(traces?.heartbeats.skipped ?? 0) },
  ];
}

function descriptor({ name, description, unit, kind }: MetricMeta) {
  return { name, description, unit, valueType: kind === 'histogram' ? ValueType.DOUBLE : ValueType.INT };
}
