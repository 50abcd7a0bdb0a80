import type { Cidr } from '../core/cidr.ts';
import type { ListenerPlan, Protocol, RouteMatch, RoutePlan, StagePlan, Timeouts } from '../core/plan.ts';
import { choosePlane } from './choose-plane.ts';
import { compileStages } from './compile-stages.ts';
import type { Environment } from './environment.ts';
import type { Config } from './schema.ts';

type ListenerConfig = Config['listeners'][number];
type RouteConfig = NonNullable<ListenerConfig['routes']>[number];
type MatchConfig = NonNullable<RouteConfig['match']>;

/** A listener with its routes. `pools` gives the index behind the name of a pool. */
export function compileListener(
  listener: ListenerConfig,
  index: number,
  config: Config,
  pools: ReadonlyMap<string, number>,
  environment: Environment,
  accept: ListenerPlan['accept'],
): ListenerPlan {
  const { limits, sniff, allow = [], deny = [] } = listener;
  const routes: readonly RouteConfig[] = listener.routes ?? [{ to: listener.to }];
  const stages = compileStages(listener.stages, listener.name);
  return {
    index,
    name: listener.name,
    retired: false,
    listen: listener.listen,
    plane: choosePlane(listener.listen, environment, config.plane, config.workers),
    accept,
    sniff: { timeoutMs: sniff.timeout, bytesMax: sniff.bytes },
    limits: {
      connections: limits.connections ?? 0,
      connectionsPerIp: limits.connections_per_ip ?? 0,
      acceptRate: limits.accept_rate ?? 0,
      onLimit: limits.on_limit,
      waitingMax: limits.waiting,
    },
    access: { allow, deny },
    proxyIn: null,
    tls: null,
    transparent: 'off',
    routes: routes.map((route, position) => compileRoute(route, position, listener.name, stages, pools)),
    timeouts: compileTimeouts(listener.timeouts, config.timeouts),
  };
}

function compileRoute(
  route: RouteConfig,
  index: number,
  listener: string,
  stages: readonly StagePlan[],
  pools: ReadonlyMap<string, number>,
): RoutePlan {
  return {
    index,
    name: route.name ?? `${listener}/${index}`,
    match: route.match === undefined ? null : compileMatch(route.match),
    action: compileAction(route, pools),
    tlsPassthrough: false,
    stages:
      route.reject === undefined ? [...stages, ...compileStages(route.stages, `${listener}/${index}`)] : [],
  };
}

function compileAction(route: RouteConfig, pools: ReadonlyMap<string, number>): RoutePlan['action'] {
  if (route.reject !== undefined) return { kind: 'reject', how: route.reject };
  const pool = pools.get(route.to ?? '');
  if (pool === undefined) throw new Error(`the pool ${route.to} passed validation, but does not exist`);
  return { kind: 'pool', pool };
}

function compileMatch(match: MatchConfig): RouteMatch {
  const { protocol, sni, alpn, source } = match;
  return {
    ...(protocol === undefined ? {} : { protocol: many<Protocol>(protocol) }),
    ...(sni === undefined ? {} : { sni: many(sni) }),
    ...(alpn === undefined ? {} : { alpn: many(alpn) }),
    ...(source === undefined ? {} : { source: many<Cidr>(source) }),
  };
}

function compileTimeouts(own: ListenerConfig['timeouts'], all: Config['timeouts']): Timeouts {
  return {
    idleMs: own.idle ?? all.idle,
    writeStallMs: own.write_stall ?? all.write_stall,
    halfClosedMs: own.half_closed ?? all.half_closed,
    lingerMs: own.linger ?? all.linger,
    queueMs: own.queue ?? all.queue,
  };
}

function many<T>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? value : [value as T];
}
