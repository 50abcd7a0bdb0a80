import type { ContextManager } from '@opentelemetry/api';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { envDetector } from '@opentelemetry/resources';
import { type IMetricReader, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { AlwaysOnSampler, BatchSpanProcessor, type SpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { ClosedFact } from '../core/facts.ts';
import type { ServiceEvent, Watched } from '../core/watcher.ts';
import { Durations } from './durations.ts';
import type { Endpoints } from './endpoints.ts';
import { ExportAgents } from './export-agents.ts';
import { ExportWarnings } from './export-warnings.ts';
import type { Log } from './log.ts';
import { MetricGate } from './metric-gate.ts';
import { type MetricsPage, serveMetricsPage } from './metrics-page.ts';
import { EVENTS } from './names.ts';
import { Occupants } from './occupants.ts';
import { PendingExports } from './pending-exports.ts';
import { startPrivately } from './private-sdk.ts';
import { SluiceMetrics } from './producer.ts';
import { serviceResource } from './resource.ts';
import { ServiceMetrics } from './service-metrics.ts';
import { SPANS_PER_EXPORT, SPANS_WAIT_MS_MAX, SPANS_WAITING_MAX, SpanGate } from './span-gate.ts';
import { Spans } from './spans.ts';
import { TraceIds } from './trace-ids.ts';

/** How often metrics are sent by OTLP where OTEL_METRIC_EXPORT_INTERVAL does not say so. */
export const METRICS_EXPORT_INTERVAL_MS = 10_000;

/** Requests to one receiver at once: enough to send all that may wait when the service ends. */
const EXPORTS_AT_ONCE_MAX = SPANS_WAITING_MAX / SPANS_PER_EXPORT + 1;

/** What leaves the process besides the log: spans, metrics by OTLP, the metrics page. */
export interface Exports {
  readonly urls: Readonly<Record<string, string>>;
  closed(fact: ClosedFact): void;
  event(event: ServiceEvent): void;
  /** Sends what waits; gives up and says what was lost after `withinMs`. */
  close(withinMs: number): Promise<void>;
}

/** What the exports are made from. */
export interface ExportsOptions {
  readonly watched: Watched;
  readonly endpoints: Endpoints;
  readonly log: Log;
  readonly logLinesDropped: () => number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Starts all exports that the plan and the environment ask for. Rejects where the metrics page cannot be bound. */
export async function startExports(options: ExportsOptions): Promise<Exports> {
  const { watched, endpoints, log, now } = options;
  const sending: Sending = {
    agents: new ExportAgents(),
    pending: new PendingExports(),
    warnings: new ExportWarnings(log, now),
  };
  const gate = endpoints.traces === null ? null : spanGate(endpoints.traces, sending);
  const occupants = new Occupants(watched.plan, now);
  const durations = new Durations(occupants);
  const service = new ServiceMetrics();
  const losses = { spans: () => gate?.dropped ?? 0, logLines: options.logLinesDropped };
  const metrics = new SluiceMetrics({ watched, occupants, durations, service, losses, now });
  const ids = new TraceIds();
  const readers: IMetricReader[] = [];
  if (endpoints.metrics !== null) readers.push(otlpReader(endpoints.metrics, metrics, sending));
  const page = await openPage(watched, metrics, readers, (error) => {
    log.write('error', EVENTS.error, { message: `the metrics page: ${String(error)}` }, now());
  });

  const { sdk, tracer } = startPrivately(
    () => makeSdk(watched.version, readers, gate === null ? [] : [spanProcessor(gate)], ids),
    watched.version,
  );
  const spans = gate === null ? null : new Spans(watched.plan, tracer, ids, gate);
  return {
    urls: page === null ? {} : { metrics: page.url },
    closed(fact) {
      durations.record(fact);
      spans?.record(fact);
    },
    event(event) {
      occupants.follow();
      service.record(event);
    },
    async close(withinMs) {
      await within(withinMs, Promise.allSettled([sdk.shutdown(), page?.close()]));
      const lost = gate?.outstanding ?? 0;
      sending.pending.abandon();
      sending.agents.close();
      if (lost > 0) log.write('warn', EVENTS.spansLost, { spans: lost }, now());
    },
  };
}

/** What both exporters by OTLP share. */
interface Sending {
  readonly agents: ExportAgents;
  readonly pending: PendingExports;
  readonly warnings: ExportWarnings;
}

function spanGate(url: string, { agents, pending, warnings }: Sending): SpanGate {
  const exporter = new OTLPTraceExporter({
    url,
    concurrencyLimit: EXPORTS_AT_ONCE_MAX,
    httpAgentOptions: agents.make,
  });
  return new SpanGate(exporter, pending, (error, spans) => warnings.failed('traces', url, error, spans));
}

function spanProcessor(gate: SpanGate): SpanProcessor {
  return new BatchSpanProcessor(gate, {
    maxQueueSize: SPANS_WAITING_MAX,
    maxExportBatchSize: SPANS_PER_EXPORT,
    scheduledDelayMillis: SPANS_WAIT_MS_MAX,
  });
}

function otlpReader(
  url: string,
  metrics: SluiceMetrics,
  { agents, pending, warnings }: Sending,
): IMetricReader {
  const exporter = new OTLPMetricExporter({ url, httpAgentOptions: agents.make });
  const interval = exportIntervalMs(process.env['OTEL_METRIC_EXPORT_INTERVAL']);
  return new PeriodicExportingMetricReader({
    exporter: new MetricGate(exporter, pending, (error) => warnings.failed('metrics', url, error, 0)),
    exportIntervalMillis: interval,
    exportTimeoutMillis: interval,
    metricProducers: [metrics],
  });
}

/** Opens the metrics page where the plan has one, and adds its reader. */
async function openPage(
  watched: Watched,
  metrics: SluiceMetrics,
  readers: IMetricReader[],
  onError: (error: unknown) => void,
): Promise<MetricsPage | null> {
  const address = watched.plan().telemetry.prometheus;
  if (address === null) return null;
  const exporter = new PrometheusExporter({ preventServerStart: true, metricProducers: [metrics] });
  const serializer = new PrometheusSerializer('', false, undefined, true, true);
  readers.push(exporter);
  const render = async (): Promise<string> =>
    `${serializer.serialize((await exporter.collect()).resourceMetrics).trimEnd()}\n`;
  return serveMetricsPage(address, render, onError);
}

function makeSdk(
  version: string,
  metricReaders: IMetricReader[],
  spanProcessors: SpanProcessor[],
  idGenerator: TraceIds,
): NodeSDK {
  return new NodeSDK({
    resource: serviceResource(version),
    autoDetectResources: true,
    resourceDetectors: [envDetector],
    instrumentations: [],
    // The SDK takes null for "none"; its types do not say so. A context manager would be global.
    contextManager: null as unknown as ContextManager,
    textMapPropagator: null,
    sampler: new AlwaysOnSampler(),
    idGenerator,
    metricReaders,
    spanProcessors,
  });
}

function exportIntervalMs(text: string | undefined): number {
  const value = Number(text ?? '');
  return Number.isSafeInteger(value) && value > 0 ? value : METRICS_EXPORT_INTERVAL_MS;
}

/** Waits for `done`, but no longer than this. */
function within(ms: number, done: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    void done.finally(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
