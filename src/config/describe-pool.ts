import { formatAddress } from '../core/address.ts';
import type { BackendPlan, HealthPlan, PoolPlan } from '../core/plan.ts';
import { formatDuration } from '../core/units.ts';
import { indent, type Row, rows } from './layout.ts';

/** A pool with its backends. */
export function describePool(pool: PoolPlan, backends: readonly BackendPlan[]): string {
  const { connect } = pool;
  const abort = connect.abortOnFin ? ', given up when the client finishes first' : '';
  const from = connect.source === null ? '' : `from ${connect.source}, `;
  const table: Row[] = [
    ['balance', pool.balance],
    ['health', describeHealth(pool.health)],
    ['connect', `${from}timeout ${formatDuration(connect.timeoutMs)}, retries ${connect.retries}${abort}`],
  ];
  const members = pool.backends.map((row) => backends[row]).filter((backend) => backend !== undefined);
  return [
    `pool ${pool.name}`,
    ...indent([...rows(table), 'backends', ...indent(describeBackends(members))]),
  ].join('\n');
}

function describeHealth(health: HealthPlan | null): string {
  if (health === null) return 'off, all count as healthy';
  const { intervalMs, timeoutMs, rise, fall, probe } = health;
  const times = `every ${formatDuration(intervalMs)}, timeout ${formatDuration(timeoutMs)}`;
  return `${probe} ${times}, rise ${rise}, fall ${fall}`;
}

function describeBackends(backends: readonly BackendPlan[]): string[] {
  const table = backends.map(describeBackend);
  const isNamed = table.some(([, address]) => address !== '');
  return rows(isNamed ? table : table.map(([name = '', , details = '']) => [name, details]));
}

/** Name, address where the name is not the address already, and the rest. */
function describeBackend(backend: BackendPlan): Row {
  const { name, weight, backup, connectionsMax } = backend;
  const address = formatAddress(backend.address);
  const most = connectionsMax === 0 ? '' : `, at most ${connectionsMax} connections`;
  const details = `weight ${weight}${most}${backup ? ', backup' : ''}`;
  return [name, name === address ? '' : address, details];
}
