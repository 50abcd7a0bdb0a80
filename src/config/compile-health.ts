import type {
  HealthPlan,
  PatternPlan,
  ProbePlan,
  ProbeTlsPlan,
  ScriptStepPlan,
} from '../core/health-plan.ts';
import type { ConnectTlsPlan } from '../core/tls.ts';
import { BACKEND_TLS, compileAuthoritiesOf, type TlsContext, warnUnverified } from './compile-tls.ts';
import * as defaults from './defaults.ts';
import type { Config } from './schema.ts';
import { health as healthSchema } from './schema-health.ts';
import type { Path } from './show.ts';

type HealthConfig = Exclude<Config['pools'][string]['health'], 'off'>;
type ProbeMap = Exclude<HealthConfig['probe'], string>;
type TlsConfig = ProbeMap['tls'];
type ExpectConfig = NonNullable<ProbeMap['expect']>;

/** How the backends of a pool are probed; null = they are not. `path` is that of `health`, `connectTls` how clients go there. */
export function compileHealth(
  health: Config['pools'][string]['health'],
  path: Path,
  connectTls: ConnectTlsPlan | null,
  context: TlsContext,
): HealthPlan | null {
  if (health === 'off') return null;
  const { interval, fast_interval, down_interval, address = null, proxy_protocol } = health;
  const probe = mapOf(health.probe);
  const [tls, at] = probe.http === undefined ? [probe.tls, ['tls']] : [probe.http.tls, ['http', 'tls']];
  return {
    intervalMs: interval,
    fastIntervalMs: fast_interval ?? interval,
    downIntervalMs: down_interval ?? interval,
    jitterShare: health.jitter,
    timeoutMs: health.timeout,
    rise: health.rise,
    fall: health.fall,
    host: address,
    port: probe.agent?.port ?? health.port ?? null,
    proxyHeader: proxy_protocol === 'off' ? 0 : proxy_protocol === 'v1' ? 1 : 2,
    tls: compileProbeTls(tls, [...path, 'probe', ...at], connectTls, context),
    probe: compileProbe(probe),
  };
}

/** The map that a word stands for. */
function mapOf(probe: HealthConfig['probe']): ProbeMap {
  if (typeof probe !== 'string') return probe;
  const map = probe === 'tcp' ? {} : { [probe]: probe === 'tls' ? true : {} };
  const parsed = healthSchema.parse({ probe: map }).probe;
  if (typeof parsed === 'string') throw new Error(`the probe ${probe} has no map`);
  return parsed;
}

function compileProbe(probe: ProbeMap): ProbePlan {
  const { http, steps, send, expect, redis, postgres, mysql, smtp, agent } = probe;
  if (http !== undefined) return compileHttp(http);
  if (steps !== undefined) return { kind: 'script', steps: steps.map(compileStep) };
  if (send !== undefined || expect !== undefined)
    return { kind: 'script', steps: [compileStep({ send, expect })] };
  if (redis !== undefined) return { kind: 'redis' };
  if (postgres !== undefined)
    return { kind: 'postgres', user: postgres.user, database: postgres.database ?? postgres.user };
  if (mysql !== undefined) return { kind: 'mysql', user: mysql.user };
  if (smtp !== undefined) return { kind: 'smtp', helo: smtp.helo };
  if (agent !== undefined) return { kind: 'agent', send: agent.send ?? '' };
  return { kind: 'tcp' };
}

function compileHttp(http: NonNullable<ProbeMap['http']>): ProbePlan {
  const { path, method, host, headers, status, body } = http;
  return {
    kind: 'http',
    method,
    path,
    host: host ?? null,
    headers: Object.entries(headers),
    status: Array.isArray(status) ? status : [status],
    body: body === undefined ? null : compilePattern(body),
  };
}

function compileStep({ send, expect }: Pick<ProbeMap, 'send' | 'expect'>): ScriptStepPlan {
  return {
    send: send === undefined ? null : typeof send === 'string' ? { text: send } : send,
    expect: expect === undefined ? null : compilePattern(expect),
  };
}

/** The checks have seen to it that a map has one key. */
function compilePattern(expect: ExpectConfig): PatternPlan {
  if (typeof expect === 'string') return { text: expect };
  return expect.hex === undefined ? { regex: expect.regex ?? '' } : { hex: expect.hex };
}

/** What the probe does not say is as clients of the pool do it. */
function compileProbeTls(
  tls: TlsConfig,
  path: Path,
  connectTls: ConnectTlsPlan | null,
  context: TlsContext,
): ProbeTlsPlan | null {
  if (tls === false) return null;
  const base = connectTls ?? BACKEND_TLS;
  const given: Partial<Exclude<TlsConfig, boolean>> = tls === true ? {} : tls;
  const { server_name, ca, verify, expires_within = 0, on_expiry = defaults.PROBE_ON_EXPIRY } = given;
  if (verify === false) warnUnverified([...path, 'verify'], context);
  const named = server_name ?? base.serverName;
  return {
    session: {
      ...base,
      serverName: named === 'client' ? null : named,
      verify: verify ?? base.verify,
      ca: ca === undefined ? base.ca : compileAuthoritiesOf(ca, [...path, 'ca'], context),
      alpn: base.alpn === 'pass' ? [] : base.alpn,
    },
    expiresWithinMs: expires_within,
    onExpiry: on_expiry,
  };
}
