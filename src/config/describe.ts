import { formatAddress } from '../core/address.ts';
import type { AdminPlan, Plan, ShardGroup, ToxiproxyPlan } from '../core/plan.ts';
import type { SocketOptions } from '../core/ports.ts';
import type { ProtocolRulePlan } from '../core/sniffed.ts';
import { formatDuration } from '../core/units.ts';
import { describeListener } from './describe-listener.ts';
import { describePool } from './describe-pool.ts';
import { describeTelemetry } from './describe-telemetry.ts';
import { indent, type Row, rows } from './layout.ts';
import { formatSize } from './units.ts';

/**
 * A plan for people, as `sluice check` prints it: aligned, and ending with a newline. `warnings` come last. What is retired
 * is left out.
 */
export function describePlan(plan: Plan, warnings: readonly string[] = []): string {
  const blocks = [
    ...visible(plan.listeners).map((listener) => describeListener(listener, plan.pools)),
    ...visible(plan.pools).map((pool) => describePool(pool, plan.backends)),
    ...(plan.protocolRules.length === 0 ? [] : [block('protocols', plan.protocolRules.map(describeRule))]),
    block('process', describeProcess(plan)),
    block('telemetry', describeTelemetry(plan.telemetry)),
    ...(warnings.length === 0 ? [] : [['warnings', ...indent(warnings)].join('\n')]),
  ];
  return `${blocks.join('\n\n')}\n`;
}

/** Those that no reload has taken away. */
function visible<T extends { readonly retired: boolean }>(all: readonly T[]): T[] {
  return all.filter(({ retired }) => !retired);
}

function block(title: string, content: readonly Row[]): string {
  return [title, ...indent(rows(content))].join('\n');
}

function describeRule({ name, hex, offset = 0, regex, bytes }: ProtocolRulePlan): Row {
  if (hex !== undefined) return [name, `begins with ${hex}${offset === 0 ? '' : ` after ${offset} bytes`}`];
  return [name, `begins with /${regex}/${bytes === undefined ? '' : ` within ${formatSize(bytes)}`}`];
}

function describeProcess(plan: Plan): Row[] {
  const { connections } = plan.limits;
  const drain =
    plan.drainMs === 0 ? 'connections are cut at once' : `connections have ${formatDuration(plan.drainMs)}`;
  return [
    ['connections', `${connections.value} (${connections.reason})`],
    ['workers', describeWorkers(plan)],
    ...plan.groups.map(describeGroup),
    ['hanging', describeHang(plan)],
    ['engine', plan.machineEngine],
    ['reload', plan.reload === 'watch' ? 'on SIGHUP, and when the file has changed' : 'on SIGHUP'],
    ['stopping', drain],
    ['sockets', describeSockets(plan.socket)],
    ['admin', plan.admin === null ? 'off' : describeAdmin(plan.admin)],
    ...(plan.toxiproxy ? [describeToxiproxy(plan.toxiproxy)] : []),
  ];
}

/** What is left to the system is left out. */
function describeSockets(socket: SocketOptions): string {
  const { noDelay, keepaliveMs, receiveBuffer, sendBuffer, userTimeoutMs, notSentLowat } = socket;
  return [
    `no_delay ${noDelay ? 'on' : 'off'}`,
    `keepalive ${formatDuration(keepaliveMs)}`,
    ...(receiveBuffer === 0 ? [] : [`receive_buffer ${formatSize(receiveBuffer)}`]),
    ...(sendBuffer === 0 ? [] : [`send_buffer ${formatSize(sendBuffer)}`]),
    ...(userTimeoutMs === 0 ? [] : [`user_timeout ${formatDuration(userTimeoutMs)}`]),
    ...(notSentLowat === 0 ? [] : [`not_sent_lowat ${formatSize(notSentLowat)}`]),
  ].join(', ');
}

function describeWorkers({ workers: { count, reason, busyPoll } }: Plan): string {
  return `${count} (${reason})${busyPoll ? ', which look for events before they wait' : ''}`;
}

function describeGroup({ plane, first, count, reason }: ShardGroup): Row {
  const numbers = count === 1 ? `${first}` : `${first} to ${first + count - 1}`;
  return ['shards', `${numbers} on plane ${plane} (${reason})`];
}

function describeHang(plan: Plan): string {
  if (plan.workers.count === 0) return 'the main thread is not watched';
  if (plan.hangMs === 0) return 'a shard that gives no sign of life is left alone';
  return `a shard that gives no sign of life for ${formatDuration(plan.hangMs)} is replaced`;
}

function describeAdmin({ listen, tokenEnv, tls, traceUrl }: AdminPlan): string {
  const token = tokenEnv === null ? 'without a token' : `with the token in ${tokenEnv}`;
  return `${formatAddress(listen)}${tls === null ? '' : ' over TLS'}, writes ${token}${traceUrl === null ? '' : `, traces at ${traceUrl}`}`;
}

function describeToxiproxy({ listen }: ToxiproxyPlan): Row {
  return ['toxiproxy', `${formatAddress(listen)}, without a token`];
}
