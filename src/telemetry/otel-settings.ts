import { readFileSync } from 'node:fs';
import type { Address } from '../core/address.ts';
import type { Environment } from './endpoints.ts';
import { SPANS_PER_EXPORT, SPANS_WAIT_MS_MAX, SPANS_WAITING_MAX } from './span-gate.ts';

/** How often metrics are sent by OTLP where OTEL_METRIC_EXPORT_INTERVAL does not say so. */
export const METRICS_EXPORT_INTERVAL_MS = 10_000;

/** How long a receiver may take for a request of spans where OTEL_BSP_EXPORT_TIMEOUT does not say so. */
export const SPANS_EXPORT_MS_MAX = 30_000;

/** Most spans that OTEL_BSP_MAX_QUEUE_SIZE can let wait: about 320 MB. */
export const SPANS_WAITING_LIMIT = 262_144;

const PROMETHEUS_HOST = 'localhost';
const PROMETHEUS_PORT = 9464;

/** How spans wait and go. */
export interface SpanBatches {
  readonly waitingMax: number;
  readonly perExport: number;
  readonly waitMs: number;
  readonly exportMs: number;
}

/** The variables OTEL_BSP_…, which the configuration file has no keys for. */
export function spanBatches(environment: Environment): SpanBatches {
  const number = numberIn(environment);
  const waitingMax = Math.min(SPANS_WAITING_LIMIT, number('OTEL_BSP_MAX_QUEUE_SIZE', SPANS_WAITING_MAX));
  return {
    waitingMax,
    perExport: Math.min(waitingMax, number('OTEL_BSP_MAX_EXPORT_BATCH_SIZE', SPANS_PER_EXPORT)),
    waitMs: number('OTEL_BSP_SCHEDULE_DELAY', SPANS_WAIT_MS_MAX),
    exportMs: number('OTEL_BSP_EXPORT_TIMEOUT', SPANS_EXPORT_MS_MAX),
  };
}

/** From one export of metrics to the next, and how long one may take, which is never more. */
export function metricTimes(environment: Environment): {
  readonly intervalMs: number;
  readonly timeoutMs: number;
} {
  const number = numberIn(environment);
  const intervalMs = number('OTEL_METRIC_EXPORT_INTERVAL', METRICS_EXPORT_INTERVAL_MS);
  return { intervalMs, timeoutMs: Math.min(intervalMs, number('OTEL_METRIC_EXPORT_TIMEOUT', intervalMs)) };
}

/** Where OTEL_METRICS_EXPORTER asks for a Prometheus page; null where it does not. */
export function prometheusPage(environment: Environment): Address | null {
  if (isDisabled(environment) || !exportersOf(environment, 'METRICS')?.includes('prometheus')) return null;
  return {
    kind: 'tcp',
    host: environment['OTEL_EXPORTER_PROMETHEUS_HOST']?.trim() || PROMETHEUS_HOST,
    port: numberIn(environment)('OTEL_EXPORTER_PROMETHEUS_PORT', PROMETHEUS_PORT),
  };
}

/** What OTEL_TRACES_EXPORTER or OTEL_METRICS_EXPORTER lists; null where it is not set. */
export function exportersOf(
  environment: Environment,
  signal: 'TRACES' | 'METRICS',
): readonly string[] | null {
  const text = environment[`OTEL_${signal}_EXPORTER`]?.trim() ?? '';
  return text === '' ? null : text.split(',').map((name) => name.trim());
}

export function isDisabled(environment: Environment): boolean {
  return environment['OTEL_SDK_DISABLED']?.trim().toLowerCase() === 'true';
}

/** Whom a receiver by https is trusted by, and what is shown to it. */
export interface ExportTls {
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
}

/**
 * The files that OTEL_EXPORTER_OTLP_CERTIFICATE, …_CLIENT_CERTIFICATE and …_CLIENT_KEY name, for one signal. `failed` is
 * told of one that cannot be read, and what is left is used.
 */
export function exportTls(
  environment: Environment,
  signal: 'TRACES' | 'METRICS',
  failed: (variable: string, error: unknown) => void,
): ExportTls {
  const files = { ca: 'CERTIFICATE', cert: 'CLIENT_CERTIFICATE', key: 'CLIENT_KEY' } as const;
  const tls: Partial<Record<keyof ExportTls, Buffer>> = {};
  for (const [part, what] of Object.entries(files)) {
    const names = [`OTEL_EXPORTER_OTLP_${signal}_${what}`, `OTEL_EXPORTER_OTLP_${what}`];
    const variable = names.find((name) => (environment[name]?.trim() ?? '') !== '');
    if (variable === undefined) continue;
    try {
      tls[part as keyof ExportTls] = readFileSync(environment[variable]?.trim() ?? '');
    } catch (error) {
      failed(variable, error);
    }
  }
  return tls;
}

/** Numbers of variables; what is not set, or is no whole number above 0, is the other one. */
function numberIn(environment: Environment): (variable: string, otherwise: number) => number {
  return (variable, otherwise) => {
    const value = Number(environment[variable] ?? '');
    return Number.isSafeInteger(value) && value > 0 ? value : otherwise;
  };
}
