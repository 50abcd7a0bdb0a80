import type { Cidr } from '../core/cidr.ts';
import type { RouteAction, RouteMatch, RoutePlan, StagePlan } from '../core/plan.ts';
import { compileStages } from './compile-stages.ts';
import * as defaults from './defaults.ts';
import type { PortRange } from './ports.ts';
import type { Config } from './schema.ts';

type ListenerConfig = Config['listeners'][number];
type RouteConfig = NonNullable<ListenerConfig['routes']>[number];
type MatchConfig = NonNullable<RouteConfig['match']>;
type TargetConfig = NonNullable<RouteConfig['to']>;

/** The index behind the name of a pool. */
export type PoolIndexes = ReadonlyMap<string, number>;

/** The routes of a listener; `to` is short for one without match. */
export function compileRoutes(
  listener: ListenerConfig,
  stages: readonly StagePlan[],
  pools: PoolIndexes,
): RoutePlan[] {
  const routes: readonly RouteConfig[] = listener.routes ?? [
    { to: listener.to, priority: defaults.QUEUE_PRIORITY },
  ];
  return routes.map((route, index) => {
    const action = compileAction(route, pools);
    const leadsOn = action.kind === 'pool' || action.kind === 'split';
    return {
      index,
      name: route.name ?? `${listener.name}/${index}`,
      match: route.match === undefined ? null : compileMatch(route.match),
      action,
      priority: route.priority,
      tlsPassthrough: route.tls === 'passthrough',
      stages: leadsOn ? [...stages, ...compileStages(route.stages, `${listener.name}/${index}`, pools)] : [],
    };
  });
}

function compileAction(route: RouteConfig, pools: PoolIndexes): RouteAction {
  const { to, reject, echo, discard, sticky } = route;
  if (echo !== undefined) return { kind: 'echo' };
  if (discard !== undefined) return { kind: 'discard' };
  if (reject !== undefined) return compileReject(reject);
  if (to === undefined) throw new Error('a route without an action passed validation');
  return compileTarget(to, sticky !== undefined, pools);
}

function compileReject(reject: NonNullable<RouteConfig['reject']>): RouteAction {
  if (typeof reject === 'object')
    return { kind: 'reject', how: 'answer', bytes: Buffer.from(reject.answer).toString('base64') };
  return { kind: 'reject', how: reject };
}

function compileTarget(to: TargetConfig, sticky: boolean, pools: PoolIndexes): RouteAction {
  if (typeof to === 'string') return { kind: 'pool', pool: indexOf(to, pools) };
  const of = to.map(({ pool, weight }) => ({ pool: indexOf(pool, pools), weight }));
  return { kind: 'split', of, sticky };
}

function indexOf(name: string, pools: PoolIndexes): number {
  const index = pools.get(name);
  if (index === undefined) throw new Error(`the pool ${name} passed validation, but does not exist`);
  return index;
}

function compileMatch(match: MatchConfig): RouteMatch {
  const { protocol, sni, alpn, host, source, destination, port, any, all, not } = match;
  const { postgres_user, postgres_database, mqtt_client_id } = match;
  const { original_destination, client_certificate } = match;
  return {
    ...(protocol === undefined ? {} : { protocol: many(protocol) }),
    ...(sni === undefined ? {} : { sni: many(sni) }),
    ...(alpn === undefined ? {} : { alpn: many(alpn) }),
    ...(host === undefined ? {} : { host: many(host) }),
    ...(postgres_user === undefined ? {} : { postgresUser: many(postgres_user) }),
    ...(postgres_database === undefined ? {} : { postgresDatabase: many(postgres_database) }),
    ...(mqtt_client_id === undefined ? {} : { mqttClientId: many(mqtt_client_id) }),
    ...(source === undefined ? {} : { source: many<Cidr>(source) }),
    ...(destination === undefined ? {} : { destination: many<Cidr>(destination) }),
    ...(port === undefined ? {} : { port: many<PortRange>(port) }),
    ...(original_destination === undefined ? {} : { originalDestination: many<Cidr>(original_destination) }),
    ...(client_certificate === undefined ? {} : { clientCertificate: client_certificate }),
    ...(any === undefined ? {} : { any: any.map(compileMatch) }),
    ...(all === undefined ? {} : { all: all.map(compileMatch) }),
    ...(not === undefined ? {} : { not: compileMatch(not) }),
  };
}

function many<T>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? value : [value as T];
}
