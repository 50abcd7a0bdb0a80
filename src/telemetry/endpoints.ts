import { exportersOf, isDisabled } from './otel-settings.ts';

/** Where signals are sent by OTLP/HTTP; null = not at all. */
export interface Endpoints {
  readonly traces: string | null;
  readonly metrics: string | null;
  /** Environment variables that name no http or https URL, and were left out. */
  readonly invalid: readonly string[];
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Where OpenTelemetry's specification sends to when an exporter is asked for and no address is given. */
const DEFAULT_BASE = 'http://localhost:4318';

/**
 * The receivers of traces and metrics. `otlp`, the base URL of the plan, decides alone where it is set. Else the
 * environment does, as OpenTelemetry's specification says: OTEL_EXPORTER_OTLP_ENDPOINT is a base,
 * OTEL_EXPORTER_OTLP_TRACES_ENDPOINT and _METRICS_ENDPOINT are taken as they stand, OTEL_TRACES_EXPORTER and
 * OTEL_METRICS_EXPORTER leave out a signal by not listing `otlp`, OTEL_SDK_DISABLED=true means none. With nothing set there
 * is no receiver: an address that nobody gave is contacted only where one of the exporters is set to `otlp`.
 */
export function otlpEndpoints(otlp: string | null, env: Environment): Endpoints {
  if (otlp !== null)
    return { traces: under(otlp, 'v1/traces'), metrics: under(otlp, 'v1/metrics'), invalid: [] };
  if (isDisabled(env)) return { traces: null, metrics: null, invalid: [] };
  const invalid: string[] = [];
  const read = (name: string): string | null => {
    const value = env[name]?.trim() ?? '';
    if (value === '') return null;
    if (isHttpUrl(value)) return value;
    invalid.push(name);
    return null;
  };
  const base = read('OTEL_EXPORTER_OTLP_ENDPOINT');
  const endpoint = (signal: 'TRACES' | 'METRICS', path: string): string | null => {
    const own = read(`OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`);
    const exporters = exportersOf(env, signal);
    if (exporters !== null && !exporters.includes('otlp')) return null;
    const found = base ?? (exporters !== null && invalid.length === 0 ? DEFAULT_BASE : null);
    return own ?? (found && under(found, path));
  };
  return { traces: endpoint('TRACES', 'v1/traces'), metrics: endpoint('METRICS', 'v1/metrics'), invalid };
}

/** A URL as it may be shown: without user, password and query. */
export function shownUrl(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}

function under(base: string, path: string): string {
  const url = new URL(base);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/${path}`;
  return url.href;
}

export function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}
