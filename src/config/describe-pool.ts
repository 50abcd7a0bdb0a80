import { formatAddress } from '../core/address.ts';
import type { BackendPlan, PassivePlan, PoolPlan, ProxyOutPlan } from '../core/plan.ts';
import { formatDuration } from '../core/units.ts';
import { describeHealth } from './describe-health.ts';
import { describePlaces } from './describe-queue.ts';
import { describeConnectTls } from './describe-tls.ts';
import { indent, type Row, rows } from './layout.ts';

/** A pool with its backends. */
export function describePool(pool: PoolPlan, backends: readonly BackendPlan[]): string {
  const { connect } = pool;
  const abort = connect.abortOnFin ? ', given up when the client finishes first' : '';
  const from =
    connect.source === null
      ? ''
      : `from ${connect.source === 'client' ? "the client's address" : connect.source}, `;
  const { proxyOut, tls } = connect;
  const table: Row[] = [
    ['balance', describeBalance(pool)],
    ['health', describeHealth(pool.health)],
    ...(pool.passive === null ? [] : [['passive', describePassive(pool.passive)]]),
    ...describeSessions(pool),
    ['connect', `${from}timeout ${formatDuration(connect.timeoutMs)}, retries ${connect.retries}${abort}`],
    ...describePlaces(pool),
    ...(proxyOut === null ? [] : [['proxy', describeProxyOut(proxyOut)]]),
    ...(tls === null ? [] : [['tls', describeConnectTls(tls)]]),
  ];
  const members = pool.backends.map((row) => backends[row]).filter((backend) => backend !== undefined);
  return [
    `pool ${pool.name}`,
    ...indent([...rows(table), 'backends', ...indent(describeBackends(members))]),
  ].join('\n');
}

function describeBalance({ balance, hash, panicPercent, slowStartMs }: PoolPlan): string {
  const on = hash.on === 'proxy_tlv' ? `TLV ${hash.tlv} of the PROXY header` : hash.on;
  const keyed = balance === 'hash' || balance === 'maglev' ? ` on ${on}` : '';
  const { boundedLoadPercent: bound } = hash;
  const bounded = balance === 'maglev' && bound > 0 ? `, at most ${bound}% of a fair share` : '';
  const panic = panicPercent === 0 ? '' : `, panic below ${panicPercent}% healthy`;
  const slow = slowStartMs === 0 ? '' : `, slow start over ${formatDuration(slowStartMs)}`;
  return `${balance}${keyed}${bounded}${panic}${slow}`;
}

function describeProxyOut({ version, tlvs }: ProxyOutPlan): string {
  return `a PROXY header of v${version}${tlvs.length === 0 ? '' : ` with ${tlvs.join(', ')}`}`;
}

function describePassive(passive: PassivePlan): string {
  const { failures, count, firstByteMs, ejectMs, ejectMsMax, ejectedPercentMax } = passive;
  const silence = `silence of ${formatDuration(firstByteMs)}`;
  const kinds = count.map((kind) => (kind === 'silence' ? silence : kind)).join(', ');
  const time = `${formatDuration(ejectMs)} to ${formatDuration(ejectMsMax)}`;
  return `${failures} in a row (${kinds}) eject for ${time}, at most ${ejectedPercentMax}%`;
}

/** What becomes of sessions when health changes; nothing where they are left alone. */
function describeSessions({ onDown, rebalancePerSecond }: PoolPlan): Row[] {
  return [
    ...(onDown === 'leave' ? [] : [['on down', `${onDown} its connections`]]),
    ...(rebalancePerSecond === 0 ? [] : [['on up', `rebalance ${rebalancePerSecond}/s`]]),
  ];
}

function describeBackends(backends: readonly BackendPlan[]): string[] {
  const table = backends.map(describeBackend);
  const isNamed = table.some(([, address]) => address !== '');
  return rows(isNamed ? table : table.map(([name = '', , details = '']) => [name, details]));
}

/** Name, address where the name is not the address already, and the rest. */
function describeBackend(backend: BackendPlan): Row {
  const { name, weight, priority, backup, connectionsMax, connectRate, original } = backend;
  if (original) return ['where the client wanted to go', '', ''];
  const address = formatAddress(backend.address);
  const most = connectionsMax === 0 ? '' : `, at most ${connectionsMax} connections`;
  const rate = connectRate === 0 ? '' : `, at most ${connectRate} a second`;
  const rank = priority === 0 ? '' : `, priority ${priority}`;
  const details = `weight ${weight}${rank}${most}${rate}${backup ? ', backup' : ''}`;
  return [name, name === address ? '' : address, details];
}
