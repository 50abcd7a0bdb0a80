import { formatAddress } from '../core/address.ts';
import { formatCidr } from '../core/format-cidr.ts';
import type { ListenerPlan, PoolPlan, ProxyInPlan, Timeouts } from '../core/plan.ts';
import { formatDuration } from '../core/units.ts';
import { describeRoute } from './describe-route.ts';
import { describeListenerTls } from './describe-tls.ts';
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
    ...describeArrival(listener),
    ...describeListenerTls(listener.tls),
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

/** What is not set is left out. */
function describeArrival({ proxyIn, transparent }: ListenerPlan): Row[] {
  const redirected = { off: '', redirect: 'redirected (REDIRECT, DNAT)', tproxy: 'redirected (TPROXY)' }[
    transparent
  ];
  return [
    ...(redirected === '' ? [] : [['clients', redirected]]),
    ...(proxyIn === null ? [] : [['proxy', describeProxyIn(proxyIn)]]),
  ];
}

function describeProxyIn({ required, trusted, timeoutMs }: ProxyInPlan): string {
  const from = trusted.length === 0 ? 'everybody' : trusted.map(formatCidr).join(', ');
  return `a PROXY header ${required ? 'is required' : 'is accepted'} within ${formatDuration(timeoutMs)}, from ${from}`;
}

/** What becomes of connections that no route takes, where that can be. */
function otherwise(listener: ListenerPlan): Row[] {
  return listener.routes.some((route) => route.match === null)
    ? []
    : [['', 'no match', '→ reject by reset (no-route)']];
}
