/** Where signals are sent by OTLP/HTTP; null = not at all. */
export interface Endpoints {
  readonly traces: string | null;
  readonly metrics: string | null;
  /** Environment variables that name no http or https URL, and were left out. */
  readonly invalid: readonly string[];
}

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The receivers of traces and metrics. `otlp`, the base URL of the plan, decides alone where it is set. Else the
 * environment does, as OpenTelemetry's specification says: OTEL_EXPORTER_OTLP_ENDPOINT is a base,
 * OTEL_EXPORTER_OTLP_TRACES_ENDPOINT and _METRICS_ENDPOINT are taken as they stand, OTEL_SDK_DISABLED=true means none.
 * With nothing set there is no receiver: no default address is ever contacted.
 */
export function otlpEndpoints(otlp: string | null, env: Environment): Endpoints {
  if (otlp !== null)
    return { traces: under(otlp, 'v1/traces'), metrics: under(otlp, 'v1/metrics'), invalid: [] };
  if (env['OTEL_SDK_DISABLED']?.trim().toLowerCase() === 'true')
    return { traces: null, metrics: null, invalid: [] };
  const invalid: string[] = [];
  const read = (name: string): string | null => {
    const value = env[name]?.trim() ?? '';
    if (value === '') return null;
    if (isHttpUrl(value)) return value;
    invalid.push(name);
    return null;
  };
  const base = read('OTEL_EXPORTER_OTLP_ENDPOINT');
  const own = {
    traces: read('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'),
    metrics: read('OTEL_EXPORTER_OTLP_METRICS_ENDPOINT'),
  };
  return {
    traces: own.traces ?? (base && under(base, 'v1/traces')),
    metrics: own.metrics ?? (base && under(base, 'v1/metrics')),
    invalid,
  };
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

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}
