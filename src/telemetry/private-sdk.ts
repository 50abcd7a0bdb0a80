import { metrics, ProxyTracerProvider, type Tracer, type TracerProvider, trace } from '@opentelemetry/api';
import type { NodeSDK } from '@opentelemetry/sdk-node';
import { SCOPE } from './names.ts';

/**
 * Variables that NodeSDK itself obeys and must not here: whether there is an SDK is decided by `otlpEndpoints`, it does
 * not write to the console, it sends no logs (its default would contact localhost), and what exports is made elsewhere.
 */
const SHIELDED: Readonly<Record<string, string | undefined>> = {
  OTEL_SDK_DISABLED: undefined,
  OTEL_LOG_LEVEL: undefined,
  OTEL_LOGS_EXPORTER: 'none',
  OTEL_TRACES_EXPORTER: 'none',
  OTEL_METRICS_EXPORTER: 'none',
};

/** An SDK that runs, and its tracer. */
export interface PrivateSdk {
  readonly sdk: NodeSDK;
  readonly tracer: Tracer;
}

/**
 * Starts an SDK without leaving anything in OpenTelemetry's global slots, so that several services, or a program with an
 * SDK of its own, can live in one process. What was in the slots is there again afterwards.
 */
export function startPrivately(make: () => NodeSDK, version: string): PrivateSdk {
  return withEnvironment(SHIELDED, () => {
    const tracers = delegateOf(trace.getTracerProvider());
    const meters = metrics.getMeterProvider();
    trace.disable();
    metrics.disable();
    const noTracers = delegateOf(trace.getTracerProvider());
    const noMeters = metrics.getMeterProvider();
    try {
      const sdk = make();
      sdk.start();
      return { sdk, tracer: trace.getTracer(SCOPE, version) };
    } finally {
      trace.disable();
      metrics.disable();
      if (tracers !== noTracers) trace.setGlobalTracerProvider(tracers);
      if (meters !== noMeters) metrics.setGlobalMeterProvider(meters);
    }
  });
}

function delegateOf(provider: TracerProvider): TracerProvider {
  return provider instanceof ProxyTracerProvider ? provider.getDelegate() : provider;
}

/** Runs synchronous code with variables set (or unset, by undefined) and puts them back. */
function withEnvironment<T>(variables: Readonly<Record<string, string | undefined>>, run: () => T): T {
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
  const set = (name: string, value: string | undefined): void => {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  };
  for (const [name, value] of Object.entries(variables)) set(name, value);
  try {
    return run();
  } finally {
    for (const [name, value] of before) set(name, value);
  }
}
