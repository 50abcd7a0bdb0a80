import { formatAddress } from '../core/address.ts';
import type { Plan, TelemetryPlan } from '../core/plan.ts';
import { formatDuration } from '../core/units.ts';
import { describeListener } from './describe-listener.ts';
import { describePool } from './describe-pool.ts';
import { indent, type Row, rows } from './layout.ts';

/** A plan for people, as `sluice check` prints it: aligned, and ending with a newline. `warnings` come last. */
export function describePlan(plan: Plan, warnings: readonly string[] = []): string {
  const blocks = [
    ...plan.listeners.map((listener) => describeListener(listener, plan.pools)),
    ...plan.pools.map((pool) => describePool(pool, plan.backends)),
    block('process', describeProcess(plan)),
    block('telemetry', describeTelemetry(plan.telemetry)),
    ...(warnings.length === 0 ? [] : [['warnings', ...indent(warnings)].join('\n')]),
  ];
  return `${blocks.join('\n\n')}\n`;
}

function block(title: string, content: readonly Row[]): string {
  return [title, ...indent(rows(content))].join('\n');
}

function describeProcess(plan: Plan): Row[] {
  const { connections } = plan.limits;
  const { noDelay, keepaliveMs } = plan.socket;
  const drain =
    plan.drainMs === 0 ? 'connections are cut at once' : `connections have ${formatDuration(plan.drainMs)}`;
  return [
    ['connections', `${connections.value} (${connections.reason})`],
    ['workers', `${plan.workers.count} (${plan.workers.reason})`],
    ['stopping', drain],
    ['sockets', `no_delay ${noDelay ? 'on' : 'off'}, keepalive ${formatDuration(keepaliveMs)}`],
    ['admin', plan.admin === null ? 'off' : formatAddress(plan.admin.listen)],
  ];
}

function describeTelemetry(telemetry: TelemetryPlan): Row[] {
  const { otlp, sample, prometheus, accessLog } = telemetry;
  return [
    ['otlp', otlp ?? 'off, unless OTEL_EXPORTER_OTLP_ENDPOINT names a receiver'],
    ['traces', `${percent(sample)} % of connections`],
    ['page', prometheus === null ? 'off' : `http://${formatAddress(prometheus)}/metrics`],
    ['log', accessLog.to === 'off' ? 'off' : `json to ${accessLog.to}`],
  ];
}

/** A share in percent, without the last digits of binary fractions. */
function percent(share: number): number {
  return Number((share * 100).toFixed(6));
}
