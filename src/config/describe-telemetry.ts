import { formatAddress } from '../core/address.ts';
import { formatCidr } from '../core/format-cidr.ts';
import type { TelemetryPlan, TraceMatchPlan, TraceRulesPlan } from '../core/plan.ts';
import { formatDuration } from '../core/units.ts';
import type { Row } from './layout.ts';

/** What is told to the outside. */
export function describeTelemetry(telemetry: TelemetryPlan): Row[] {
  const { otlp, sample, followsParent, also, heartbeatMs, prometheus, accessLog } = telemetry;
  const parents = followsParent ? '' : ', whatever the proxy in front has decided';
  const beats: Row[] =
    heartbeatMs === 0 ? [] : [['heartbeat', `a partial span every ${formatDuration(heartbeatMs)}`]];
  return [
    ['otlp', otlp ?? 'off, unless OTEL_EXPORTER_OTLP_ENDPOINT names a receiver'],
    ['traces', `${percent(sample)} % of connections${parents}`],
    ...(also === null ? [] : describeRules(also)),
    ...beats,
    ['page', prometheus === null ? 'off' : `http://${formatAddress(prometheus)}/metrics`],
    ['log', accessLog.to === 'off' ? 'off' : `json to ${accessLog.to}`],
  ];
}

function describeRules(rules: TraceRulesPlan): Row[] {
  const times = (
    [
      ['setup over', rules.setupOverMs],
      ['first byte over', rules.firstByteOverMs],
      ['lasted over', rules.lastedOverMs],
    ] as const
  ).filter(([, ms]) => ms > 0);
  const kinds = [
    ...(rules.failed ? ['failed'] : []),
    ...times.map(([what, ms]) => `${what} ${formatDuration(ms)}`),
    ...rules.matches.map(describeMatch),
  ];
  return [['also', `${kinds.length === 0 ? 'none' : kinds.join('; ')}; at most ${rules.perSecond}/s`]];
}

function describeMatch({ listeners, pools, reasons, protocols, clients }: TraceMatchPlan): string {
  const keys = [
    ['listener', listeners],
    ['pool', pools],
    ['reason', reasons],
    ['protocol', protocols],
    ['client', clients?.map(formatCidr) ?? null],
  ] as const;
  const said = keys.flatMap(([key, values]) => (values === null ? [] : [`${key} ${values.join(' or ')}`]));
  return said.length === 0 ? 'any' : said.join(' and ');
}

/** A share in percent, without the last digits of binary fractions. */
function percent(share: number): number {
  return Number((share * 100).toFixed(6));
}
