import type {
  HealthPlan,
  PatternPlan,
  ProbePlan,
  ProbeTlsPlan,
  ScriptStepPlan,
} from '../core/health-plan.ts';
import { formatDuration } from '../core/units.ts';
import { quote } from './show.ts';

/** How the backends of a pool are probed, in one line. */
export function describeHealth(health: HealthPlan | null): string {
  if (health === null) return 'off, all count as healthy';
  const { intervalMs, fastIntervalMs, downIntervalMs, jitterShare, timeoutMs, rise, fall } = health;
  const other = (name: string, ms: number): string =>
    ms === intervalMs ? '' : ` (${formatDuration(ms)} ${name})`;
  return [
    describeProbe(health),
    ` every ${formatDuration(intervalMs)}`,
    other('while contradicted', fastIntervalMs),
    other('while unhealthy', downIntervalMs),
    jitterShare === 0 ? '' : `, jitter ${Math.round(jitterShare * 1e6) / 1e4}%`,
    `, timeout ${formatDuration(timeoutMs)}, rise ${rise}, fall ${fall}`,
  ].join('');
}

function describeProbe({ probe, tls, host, port, proxyHeader }: HealthPlan): string {
  const place = [host === null ? '' : ` of ${host}`, port === null ? '' : ` at port ${port}`].join('');
  const header = proxyHeader === 0 ? '' : ` behind a PROXY header of v${proxyHeader}`;
  const isTlsAlone = tls !== null && probe.kind === 'tcp';
  const over = tls === null ? '' : `${isTlsAlone ? 'tls' : ' over tls'}${describeTls(tls)}`;
  return `${isTlsAlone ? '' : describeKind(probe)}${over}${place}${header}`;
}

function describeTls({ session, expiresWithinMs, onExpiry }: ProbeTlsPlan): string {
  const { serverName, verify } = session;
  const expiry =
    expiresWithinMs === 0 ? '' : `, ${onExpiry} ${formatDuration(expiresWithinMs)} before it ends`;
  const name = verify ? (serverName === null ? '' : `for ${serverName}`) : 'NOT CHECKED';
  const facts = `${name}${expiry}`.replace(/^, /, '');
  return facts === '' ? '' : ` (${facts})`;
}

function describeKind(probe: ProbePlan): string {
  switch (probe.kind) {
    case 'tcp':
    case 'redis':
      return probe.kind;
    case 'http': {
      const codes = probe.status.map(({ from, to }) => (from === to ? from : `${from}-${to}`)).join(', ');
      const body = probe.body === null ? '' : ` with ${describePattern(probe.body)}`;
      return `http ${probe.method} ${probe.path} for ${codes}${body}`;
    }
    case 'script':
      return probe.steps.map(describeStep).join(', ');
    case 'postgres':
      return `postgres as ${quote(probe.user)} of ${quote(probe.database)}`;
    case 'mysql':
      return `mysql as ${quote(probe.user)}`;
    case 'smtp':
      return `smtp as ${probe.helo}`;
    case 'agent':
      return 'agent';
  }
}

function describeStep({ send, expect }: ScriptStepPlan): string {
  return [
    ...(send === null ? [] : [`send ${describePattern(send)}`]),
    ...(expect === null ? [] : [`expect ${describePattern(expect)}`]),
  ].join(', ');
}

function describePattern(pattern: PatternPlan): string {
  if ('text' in pattern) return quote(pattern.text);
  return 'hex' in pattern ? `hex ${pattern.hex}` : `/${pattern.regex}/`;
}
