import type { Plan, TelemetryPlan } from '../core/plan.ts';
import { chooseAcceptor } from './choose-acceptor.ts';
import { compileConnectionLimit } from './compile-limits.ts';
import { compileListener } from './compile-listener.ts';
import { compilePools } from './compile-pools.ts';
import { compileSocket } from './compile-socket.ts';
import { compileWorkers } from './compile-workers.ts';
import type { Environment } from './environment.ts';
import type { Issue } from './issue.ts';
import type { Config } from './schema.ts';
import { workerDescriptors } from './worker-descriptors.ts';

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
  const { workers, groups, acceptors, issues } = compileWorkers(config, environment);
  const socket = compileSocket(config.socket, groups);
  const listeners = config.listeners.map((listener, index) => {
    const accept = chooseAcceptor(listener.listen, index, acceptors);
    return compileListener(listener, index, config, indexOf, environment, accept);
  });
  const { descriptorLimit } = environment;
  const ofWorkers = workerDescriptors({ workers, groups, listeners });
  const needs = { listeners, backends: backends.length, workers: ofWorkers };
  const connections = compileConnectionLimit(config.limits.connections, descriptorLimit, needs);
  const plan: Plan = {
    version: FIRST_VERSION,
    listeners,
    pools,
    backends,
    machineEngine: config.machine_engine,
    reload: config.reload,
    socket: socket.options,
    limits: {
      connections: connections.limit,
      descriptors: descriptorLimit === null ? null : Math.max(0, descriptorLimit - ofWorkers),
    },
    workers,
    groups,
    hangMs: config.timeouts.hang,
    telemetry: compileTelemetry(config.telemetry),
    admin: compileAdmin(config.admin),
    drainMs: config.timeouts.drain,
  };
  return { plan, issues: [...issues, ...socket.issues, ...connections.issues] };
}

function compileAdmin(admin: Config['admin']): Plan['admin'] {
  return admin === undefined ? null : { listen: admin.listen, tokenEnv: admin.token_env ?? null };
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
