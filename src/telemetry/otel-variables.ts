import { isShare, samplerOf } from '../core/trace-sampler.ts';
import { type Environment, isHttpUrl } from './endpoints.ts';

/** A variable that has no effect as it is set, and what would have one. */
export interface IgnoredVariable {
  readonly variable: string;
  readonly cause: string;
}

/** What is wrong with a value; null where it is honoured. */
type Check = (value: string) => string | null;

const SIGNALS = ['', 'TRACES_', 'METRICS_'] as const;
const any: Check = () => null;
const url: Check = (value) => (isHttpUrl(value) ? null : 'expected an http or https URL');
const whole: Check = (value) =>
  Number.isSafeInteger(Number(value)) && Number(value) > 0 ? null : 'expected a whole number above 0';
const sampler: Check = (value) =>
  samplerOf({ OTEL_TRACES_SAMPLER: value }) === null
    ? 'expected always_on, always_off or traceidratio, alone or after "parentbased_"'
    : null;
const share: Check = (value) => (isShare(value) ? null : 'expected a number from 0 to 1');

/** Every variable that has an effect here; docs/telemetry.md says which. */
const HONOURED: Readonly<Record<string, Check>> = {
  OTEL_SDK_DISABLED: among('true', 'false'),
  OTEL_SERVICE_NAME: any,
  OTEL_RESOURCE_ATTRIBUTES: any,
  OTEL_TRACES_SAMPLER: sampler,
  OTEL_TRACES_SAMPLER_ARG: share,
  OTEL_TRACES_EXPORTER: each('otlp', 'none'),
  OTEL_METRICS_EXPORTER: each('otlp', 'prometheus', 'none'),
  OTEL_EXPORTER_PROMETHEUS_HOST: any,
  OTEL_EXPORTER_PROMETHEUS_PORT: whole,
  ...ofSignals('ENDPOINT', url),
  ...ofSignals('HEADERS', any),
  ...ofSignals('TIMEOUT', whole),
  ...ofSignals('COMPRESSION', among('gzip', 'none')),
  ...ofSignals('PROTOCOL', among('http/protobuf')),
  ...ofSignals('CERTIFICATE', any),
  ...ofSignals('CLIENT_CERTIFICATE', any),
  ...ofSignals('CLIENT_KEY', any),
  OTEL_BSP_SCHEDULE_DELAY: whole,
  OTEL_BSP_EXPORT_TIMEOUT: whole,
  OTEL_BSP_MAX_QUEUE_SIZE: whole,
  OTEL_BSP_MAX_EXPORT_BATCH_SIZE: whole,
  OTEL_METRIC_EXPORT_INTERVAL: whole,
  OTEL_METRIC_EXPORT_TIMEOUT: whole,
  OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: whole,
  OTEL_ATTRIBUTE_COUNT_LIMIT: whole,
  OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT: whole,
  OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: whole,
  OTEL_SPAN_EVENT_COUNT_LIMIT: whole,
  OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT: whole,
  OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: among('cumulative'),
  OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION: among('explicit_bucket_histogram'),
  OTEL_METRICS_EXEMPLAR_FILTER: among('always_off'),
  OTEL_LOGS_EXPORTER: among('none'),
  OTEL_PROPAGATORS: among('none'),
  OTEL_LOG_LEVEL: among('none'),
};

/** The names of all that are honoured, in the order of their documentation. */
export const HONOURED_VARIABLES: readonly string[] = Object.keys(HONOURED);

/**
 * The OTEL_ variables of an environment that have no effect as they are set: unknown ones, and values that cannot be had
 * here. One that is empty counts as not set, as OpenTelemetry's specification says.
 */
export function ignoredVariables(environment: Environment): readonly IgnoredVariable[] {
  return Object.entries(environment).flatMap(([variable, text]) => {
    const value = text?.trim() ?? '';
    if (!variable.startsWith('OTEL_') || value === '') return [];
    const check = HONOURED[variable];
    const cause = check === undefined ? 'it has no meaning for Sluice' : check(value);
    return cause === null ? [] : [{ variable, cause }];
  });
}

function ofSignals(what: string, check: Check): Record<string, Check> {
  return Object.fromEntries(SIGNALS.map((signal) => [`OTEL_EXPORTER_OTLP_${signal}${what}`, check]));
}

function among(...values: readonly string[]): Check {
  return (value) => (values.includes(value.toLowerCase()) ? null : `expected ${values.join(' or ')}`);
}

function each(...values: readonly string[]): Check {
  const wanted = `expected ${values.join(', ')}, or several with commas between`;
  return (value) => (value.split(',').every((one) => values.includes(one.trim())) ? null : wanted);
}
