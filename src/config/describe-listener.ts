import { formatAddress } from '../core/address.ts';
import { formatCidr } from '../core/format-cidr.ts';
import type { ListenerPlan, PoolPlan, RouteAction, RouteMatch, RoutePlan, Timeouts } from '../core/plan.ts';
import { formatDuration } from '../core/units.ts';
import { describeStage } from './describe-stages.ts';
import { indent, type Row, rows } from './layout.ts';
import { formatSize } from './units.ts';

/** A listener with its routes in the order in which they are tried. */
export function describeListener(listener: ListenerPlan, pools: readonly PoolPlan[]): string {
  const { name, plane, accept, sniff, timeouts } = listener;
  const table: Row[] = [
    ['listen', formatAddress(listener.listen)],
    ['plane', `${plane.name} (${plane.reason})`],
    ['accept', `${accept.shards === 'every' ? 'every shard' : `shard ${accept.shards}`} (${accept.reason})`],
    ['limits', describeLimits(listener)],
    ...describeAccess(listener.access),
    [
      'sniff',
      `up to ${formatSize(sniff.bytesMax)}, for ${formatDuration(sniff.timeoutMs)}, where a route needs it`,
    ],
    ['timeouts', describeTimeouts(timeouts)],
  ];
  const routes = [...listener.routes.map((route) => describeRoute(route, pools)), ...otherwise(listener)];
  return [`listener ${name}`, ...indent([...rows(table), 'routes', ...indent(rows(routes))])].join('\n');
}

function describeLimits(listener: ListenerPlan): string {
  const { connections, connectionsPerIp, acceptRate, onLimit, waitingMax } = listener.limits;
  const limits = [
    connections === 0 ? '' : `${connections} connections`,
    connectionsPerIp === 0 ? '' : `${connectionsPerIp} for one client address`,
    acceptRate === 0 ? '' : `${acceptRate} accepted a second`,
  ].filter((text) => text !== '');
  const wait = `wait, at most ${waitingMax} of them for ${formatDuration(listener.timeouts.queueMs)}`;
  const own = limits.length === 0 ? 'those of the process' : limits.join(', ');
  return `${own}; clients beyond: ${onLimit === 'wait' ? wait : onLimit}`;
}

function describeAccess(access: ListenerPlan['access']): Row[] {
  const lists = [
    ['allow', access.allow],
    ['deny', access.deny],
  ] as const;
  return lists
    .filter(([, list]) => list.length > 0)
    .map(([key, list]) => [key, list.map(formatCidr).join(', ')]);
}

function describeTimeouts(timeouts: Timeouts): string {
  const { idleMs, writeStallMs, halfClosedMs, lingerMs, queueMs } = timeouts;
  const named = {
    idle: idleMs,
    write_stall: writeStallMs,
    half_closed: halfClosedMs,
    linger: lingerMs,
    queue: queueMs,
  };
  return Object.entries(named)
    .map(([key, ms]) => `${key} ${formatDuration(ms)}`)
    .join(', ');
}

function describeAction(action: RouteAction, pools: readonly PoolPlan[]): string {
  switch (action.kind) {
    case 'pool':
      return `pool ${pools[action.pool]?.name}`;
    case 'split':
      return action.of.map(({ pool, weight }) => `${weight} to pool ${pools[pool]?.name}`).join(', ');
    case 'reject':
      return `reject by ${action.how}`;
    default:
      return action.kind;
  }
}

function describeRoute(route: RoutePlan, pools: readonly PoolPlan[]): Row {
  const { action, match, name, stages } = route;
  const target = describeAction(action, pools);
  const through = stages.length === 0 ? [] : [`through ${stages.map(describeStage).join(', then ')}`];
  return [name, match === null ? 'every connection' : describeMatch(match), `→ ${target}`, ...through];
}

/** What becomes of connections that no route takes, where that can be. */
function otherwise(listener: ListenerPlan): Row[] {
  return listener.routes.some((route) => route.match === null)
    ? []
    : [['', 'no match', '→ reject by reset (no-route)']];
}

function describeMatch(match: RouteMatch): string {
  const { protocol, sni, alpn, source } = match;
  const keys = [
    protocol && `protocol ${protocol.join(' or ')}`,
    sni && `sni ${sni.join(' or ')}`,
    alpn && `alpn ${alpn.join(' or ')}`,
    source && `source ${source.map(formatCidr).join(' or ')}`,
  ];
  return keys.filter((text) => text !== undefined).join(' and ');
}
