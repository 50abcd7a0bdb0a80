import { pipesPerShard } from '../core/pipes.ts';
import type { Plan, PlaneChoice, PlaneName } from '../core/plan.ts';
import { canReusePort } from '../core/reuse-port.ts';
import type { Acceptors } from './choose-acceptor.ts';
import { whyNotLinux } from './choose-plane.ts';
import type { Environment } from './environment.ts';
import { type Issue, warning } from './issue.ts';
import { WORKERS_MAX } from './limits.ts';
import type { Config } from './schema.ts';

export interface CompiledWorkers {
  readonly workers: Plan['workers'];
  readonly groups: Plan['groups'];
  readonly acceptors: Acceptors;
  readonly issues: readonly Issue[];
}

/**
 * The threads and their shards, all on one plane. Where a port cannot be shared a listener has one shard, so that more
 * shards than listeners would have nothing to do: they are left out, with a warning where the number was asked for. The
 * linux plane can always share. Where it was asked for and cannot be had, a warning says why.
 */
export function compileWorkers(config: Config, environment: Environment): CompiledWorkers {
  const { workers: configured, listeners } = config;
  const against = whyNotLinux(environment, config.plane, configured);
  const notLinux = warnOfFallback(config.plane, against);
  const plane = against === null ? 'linux' : 'net';
  const ofPolling = warnOfPolling(config.busy_poll, plane);
  if (configured === 0) return onMainThread([...notLinux, ...ofPolling]);
  const apart = plane === 'linux' ? null : whyApart(environment);
  const wanted = configured === 'auto' ? Math.min(environment.cores, WORKERS_MAX) : configured;
  const count = apart === null ? wanted : Math.min(wanted, Math.max(1, listeners.length));
  const asked = configured === 'auto' ? `auto: ${coresOf(environment)}` : 'as configured';
  const fewer = `there are no more shards than listeners, since ${apart}`;
  const issues =
    count < wanted && configured !== 'auto'
      ? [warning(['workers'], `${wanted} are asked for, but there will be ${count}: ${fewer}`)]
      : [];
  const group =
    apart === null
      ? `${SERVER[plane]} serves all listeners, and the shards share each TCP port`
      : `${SERVER[plane]} serves all listeners, and each listener has one shard`;
  return {
    workers: {
      count,
      reason: count < wanted ? `${wanted} ${asked}, but ${fewer}` : asked,
      pipes: plane === 'linux' ? pipesPerShard(environment.descriptorLimit, count) : 0,
      busyPoll: config.busy_poll && plane === 'linux',
    },
    groups: [{ plane, first: 0, count, reason: group }],
    acceptors: { workers: count, apart },
    issues: [...notLinux, ...ofPolling, ...issues],
  };
}

function warnOfFallback(wanted: PlaneChoice, against: string | null): Issue[] {
  if (wanted !== 'linux' || against === null) return [];
  return [warning(['plane'], `linux is asked for, but net serves all listeners: ${against}`)];
}

function warnOfPolling(wanted: boolean, plane: PlaneName): Issue[] {
  if (!wanted || plane === 'linux') return [];
  return [warning(['busy_poll'], 'has no effect on the net plane, where Node waits for events')];
}

/** What serves the listeners of a plane. */
const SERVER = { net: 'node:net', linux: 'epoll' } as const satisfies Partial<Record<PlaneName, string>>;

function onMainThread(issues: readonly Issue[]): CompiledWorkers {
  const reason = `${SERVER.net} serves all listeners, on the main thread`;
  return {
    workers: { count: 0, reason: 'as configured: one shard on the main thread', pipes: 0, busyPoll: false },
    groups: [{ plane: 'net', first: 0, count: 1, reason }],
    acceptors: { workers: 0, apart: null },
    issues,
  };
}

function coresOf(environment: Environment): string {
  const { cores } = environment;
  if (cores > WORKERS_MAX) return `${cores} cores, of which at most ${WORKERS_MAX} are used`;
  return `this machine has ${cores === 1 ? 'one core' : `${cores} cores`}`;
}

/** Why shards cannot share a port; null = they can. */
function whyApart({ nodeVersion, platform }: Environment): string | null {
  if (canReusePort(nodeVersion, platform)) return null;
  return canReusePort(NODE_THAT_SHARES, platform)
    ? `Node ${nodeVersion} cannot share a port among shards (22.12 can, and 23.1 and later)`
    : `the sockets of ${platform} cannot share a port evenly`;
}

const NODE_THAT_SHARES = 'v22.12.0';
