import type { Plan, TelemetryPlan } from '../core/plan.ts';
import { compileConnectionLimit } from './compile-limits.ts';
import { compileListener } from './compile-listener.ts';
import { compilePools } from './compile-pools.ts';
import type { Environment } from './environment.ts';
import type { Issue } from './issue.ts';
import type { Config } from './schema.ts';

/** The version of a service's first plan. */
const FIRST_VERSION = 1;

export interface Compiled {
  readonly plan: Plan;
  /** Warnings that only the environment shows. */
  readonly issues: readonly Issue[];
}

/** A valid configuration made into a plan for an environment. Pure; does not fail. */
export function compile(config: Config, environment: Environment): Compiled {
  const { pools, backends, indexOf } = compilePools(config.pools);
  const listeners = config.listeners.map((listener, index) =>
    compileListener(listener, index, config, indexOf, environment),
  );
  const { descriptorLimit } = environment;
  const needs = { listeners, backends: backends.length };
  const { limit, issues } = compileConnectionLimit(config.limits.connections, descriptorLimit, needs);
  const plan: Plan = {
    version: FIRST_VERSION,
    listeners,
    pools,
    backends,
    socket: { noDelay: config.socket.no_delay, keepaliveMs: config.socket.keepalive },
    limits: { connections: limit, descriptors: descriptorLimit },
    workers: compileWorkers(config.workers),
    telemetry: compileTelemetry(config.telemetry),
    admin: config.admin === undefined ? null : { listen: config.admin.listen },
    drainMs: config.timeouts.drain,
  };
  return { plan, issues };
}

function compileWorkers(workers: Config['workers']): Plan['workers'] {
  const reason = 'one shard on the main thread';
  return { count: 0, reason: workers === 'auto' ? `auto: ${reason}, all that this version has` : reason };
}

function compileTelemetry(telemetry: Config['telemetry']): TelemetryPlan {
  const { traces, metrics, access_log } = telemetry;
  return {
    otlp: traces.otlp ?? null,
    sample: traces.sample,
    prometheus: metrics?.prometheus ?? null,
    accessLog: { to: access_log.to },
  };
}
