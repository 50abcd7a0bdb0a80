import type { ContextManager } from '@opentelemetry/api';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { envDetector } from '@opentelemetry/resources';
import { type IMetricReader, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { AlwaysOnSampler, BatchSpanProcessor, type SpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { Address } from '../core/address.ts';
import { messageOf } from '../core/error-fact.ts';
import type { ClosedFact, OpenedFact } from '../core/facts.ts';
import type { ServiceEvent, Watched } from '../core/watcher.ts';
import { Durations } from './durations.ts';
import type { Endpoints, Environment } from './endpoints.ts';
import { ExportAgents } from './export-agents.ts';
import { ExportWarnings } from './export-warnings.ts';
import type { Log } from './log.ts';
import { MetricGate } from './metric-gate.ts';
import { type MetricsPage, serveMetricsPage } from './metrics-page.ts';
import { EVENTS } from './names.ts';
import { Occupants } from './occupants.ts';
import { exportTls, metricTimes, prometheusPage, type SpanBatches, spanBatches } from './otel-settings.ts';
import { PendingExports } from './pending-exports.ts';
import { startPrivately } from './private-sdk.ts';
import { SluiceMetrics } from './producer.ts';
import { serviceResource } from './resource.ts';
import { ServiceMetrics } from './service-metrics.ts';
import { SpanGate } from './span-gate.ts';
import { Spans } from './spans.ts';
import { TraceIds } from './trace-ids.ts';
import { Traces } from './traces.ts';

/** What leaves the process besides the log: spans, metrics by OTLP, the metrics page. */
export interface Exports {
  readonly urls: Readonly<Record<string, string>>;
  opened(fact: OpenedFact): void;
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
  /** Where the plan says nothing. */
  readonly environment: Environment;
  readonly logLinesDropped: () => number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Starts all exports that the plan and the environment ask for. Rejects where the metrics page cannot be bound. */
export async function startExports(options: ExportsOptions): Promise<Exports> {
  const { watched, endpoints, environment, log, now } = options;
  const sending: Sending = {
    agents: new ExportAgents(),
    pending: new PendingExports(),
    warnings: new ExportWarnings(log, now),
    environment,
    unreadable: (variable, error) =>
      log.write('warn', EVENTS.variablesIgnored, { variables: { [variable]: messageOf(error) } }, now()),
  };
  const batches = spanBatches(environment);
  const gate = endpoints.traces === null ? null : spanGate(endpoints.traces, sending, batches);
  const occupants = new Occupants(watched.plan, now);
  const durations = new Durations(occupants);
  const service = new ServiceMetrics();
  let traces: Traces | null = null;
  const losses = { spans: () => gate?.dropped ?? 0, logLines: options.logLinesDropped };
  const metrics = new SluiceMetrics({
    watched,
    occupants,
    durations,
    service,
    losses,
    traces: () => traces,
    now,
  });
  const ids = new TraceIds();
  const readers: IMetricReader[] = [];
  if (endpoints.metrics !== null) readers.push(otlpReader(endpoints.metrics, metrics, sending));
  const address = watched.plan().telemetry.prometheus ?? prometheusPage(environment);
  const page = await openPage(address, metrics, readers, (error) => {
    log.write('error', EVENTS.error, { message: `the metrics page: ${String(error)}` }, now());
  });

  const { sdk, tracer } = startPrivately(
    () => makeSdk(watched.version, readers, gate === null ? [] : [spanProcessor(gate, batches)], ids),
    watched.version,
  );
  if (gate !== null) traces = new Traces(watched, new Spans(watched.plan, tracer, ids, gate), now);
  return {
    urls: page === null ? {} : { metrics: page.url },
    opened(fact) {
      traces?.opened(fact);
    },
    closed(fact) {
      durations.record(fact);
      traces?.closed(fact);
    },
    event(event) {
      occupants.follow();
      service.record(event);
    },
    async close(withinMs) {
      traces?.close();
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
  readonly environment: Environment;
  readonly unreadable: (variable: string, error: unknown) => void;
}

function spanGate(url: string, sending: Sending, { waitingMax, perExport }: SpanBatches): SpanGate {
  const { agents, pending, warnings, environment, unreadable } = sending;
  const exporter = new OTLPTraceExporter({
    url,
    // Enough to send all that may wait when the service ends.
    concurrencyLimit: Math.ceil(waitingMax / perExport) + 1,
    httpAgentOptions: agents.maker(exportTls(environment, 'TRACES', unreadable)),
  });
  const failed = (error: unknown, spans: number): void => warnings.failed('traces', url, error, spans);
  return new SpanGate(exporter, pending, failed, waitingMax);
}

function spanProcessor(
  gate: SpanGate,
  { waitingMax, perExport, waitMs, exportMs }: SpanBatches,
): SpanProcessor {
  return new BatchSpanProcessor(gate, {
    maxQueueSize: waitingMax,
    maxExportBatchSize: perExport,
    scheduledDelayMillis: waitMs,
    exportTimeoutMillis: exportMs,
  });
}

function otlpReader(url: string, metrics: SluiceMetrics, sending: Sending): IMetricReader {
  const { agents, pending, warnings, environment, unreadable } = sending;
  const tls = exportTls(environment, 'METRICS', unreadable);
  const exporter = new OTLPMetricExporter({ url, httpAgentOptions: agents.maker(tls) });
  const { intervalMs, timeoutMs } = metricTimes(environment);
  return new PeriodicExportingMetricReader({
    exporter: new MetricGate(exporter, pending, (error) => warnings.failed('metrics', url, error, 0)),
    exportIntervalMillis: intervalMs,
    exportTimeoutMillis: timeoutMs,
    metricProducers: [metrics],
  });
}

/** Opens the metrics page where there is to be one, and adds its reader. */
async function openPage(
  address: Address | null,
  metrics: SluiceMetrics,
  readers: IMetricReader[],
  onError: (error: unknown) => void,
): Promise<MetricsPage | null> {
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
