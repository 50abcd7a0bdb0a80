import type { ResolverPlan } from '../core/names.ts';
import type { Plan } from '../core/plan.ts';
import type { ProtocolRulePlan } from '../core/sniffed.ts';
import { chooseAcceptor } from './choose-acceptor.ts';
import { compileAdmin } from './compile-admin.ts';
import { compileConnectionLimit } from './compile-limits.ts';
import { compileListener } from './compile-listener.ts';
import { compilePools } from './compile-pools.ts';
import { compileSocket } from './compile-socket.ts';
import { compileTelemetry } from './compile-telemetry.ts';
import { compileWorkers } from './compile-workers.ts';
import type { Environment } from './environment.ts';
import { Files } from './files.ts';
import type { Issue } from './issue.ts';
import type { Config } from './schema.ts';
import { workerDescriptors } from './worker-descriptors.ts';

/** The version of a service's first plan. */
const FIRST_VERSION = 1;

export interface Compiled {
  /** Not complete where an issue is an error. */
  readonly plan: Plan;
  /** What only the environment and the files it has show. */
  readonly issues: readonly Issue[];
  /** Where the files are that the configuration names, those that could not be read among them. */
  readonly files: readonly string[];
}

/**
 * A valid configuration made into a plan for an environment, through which the files it names are read: relative paths
 * begin at `directory`. Does not fail: what is wrong with them is in the issues.
 */
export function compile(config: Config, environment: Environment, directory: string): Compiled {
  const files = new Files(environment, directory);
  const context = { environment, files, issues: [] as Issue[] };
  const { pools, backends, indexOf } = compilePools(config, context);
  const { workers, groups, acceptors, issues } = compileWorkers(config, environment);
  const socket = compileSocket(config.socket, groups);
  const listeners = config.listeners.map((listener, index) => {
    const accept = chooseAcceptor(listener.listen, index, acceptors);
    return compileListener(listener, index, accept, { ...context, config, pools: indexOf });
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
    protocolRules: compileRules(config.protocols),
    machineEngine: config.machine_engine,
    reload: config.reload,
    socket: socket.options,
    resolver: compileResolver(config.resolver),
    limits: {
      connections: connections.limit,
      descriptors: descriptorLimit === null ? null : Math.max(0, descriptorLimit - ofWorkers),
    },
    workers,
    groups,
    hangMs: config.timeouts.hang,
    telemetry: compileTelemetry(config.telemetry, environment),
    admin: compileAdmin(config.admin, context),
    ...(config.toxiproxy === undefined ? {} : { toxiproxy: { listen: config.toxiproxy.listen } }),
    drainMs: config.timeouts.drain,
  };
  const all = [...context.issues, ...issues, ...socket.issues, ...connections.issues];
  return { plan, issues: all, files: files.names };
}

function compileRules(protocols: Config['protocols']): ProtocolRulePlan[] {
  return Object.entries(protocols).map(([name, { hex, offset, regex, bytes }]) => ({
    name,
    ...(hex === undefined ? {} : { hex }),
    ...(offset === undefined ? {} : { offset }),
    ...(regex === undefined ? {} : { regex }),
    ...(bytes === undefined ? {} : { bytes }),
  }));
}

function compileResolver(resolver: Config['resolver']): ResolverPlan {
  const { servers = null, timeout, attempts, min_ttl, max_ttl, negative_ttl } = resolver;
  return {
    servers,
    timeoutMs: timeout,
    attempts,
    ttlMsMin: min_ttl,
    ttlMsMax: max_ttl,
    negativeTtlMs: negative_ttl,
  };
}
