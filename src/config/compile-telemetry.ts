import type { TelemetryPlan, TraceMatchPlan, TraceRulesPlan } from '../core/plan.ts';
import { samplerOf } from '../core/trace-sampler.ts';
import { TRACE_SAMPLE } from './defaults.ts';
import type { Environment } from './environment.ts';
import type { Config } from './schema.ts';

type TracesConfig = Config['telemetry']['traces'];
type RulesConfig = NonNullable<TracesConfig['also']>;
type MatchConfig = NonNullable<RulesConfig['match']>[number];

/** What is told to the outside. A share in the file comes before the sampler that the environment names. */
export function compileTelemetry(
  { traces, metrics, access_log }: Config['telemetry'],
  { variables }: Pick<Environment, 'variables'>,
): TelemetryPlan {
  const named = traces.sample === undefined ? samplerOf(variables) : null;
  return {
    otlp: traces.otlp ?? null,
    sample: traces.sample ?? named?.share ?? TRACE_SAMPLE,
    followsParent: named?.followsParent ?? true,
    also: traces.also === undefined ? null : compileRules(traces.also),
    heartbeatMs: traces.heartbeat,
    prometheus: metrics?.prometheus ?? null,
    accessLog: { to: access_log.to },
  };
}

function compileRules(also: RulesConfig): TraceRulesPlan {
  return {
    failed: also.failed,
    setupOverMs: also.setup_over,
    firstByteOverMs: also.first_byte_over,
    lastedOverMs: also.lasted_over,
    matches: (also.match ?? []).map(compileMatch),
    perSecond: also.per_second,
  };
}

function compileMatch({ listener, pool, reason, protocol, client }: MatchConfig): TraceMatchPlan {
  return {
    listeners: many(listener),
    pools: many(pool),
    reasons: many(reason),
    protocols: many(protocol),
    clients: many(client),
  };
}

function many<T>(value: T | T[] | undefined): T[] | null {
  if (value === undefined) return null;
  return Array.isArray(value) ? value : [value];
}
