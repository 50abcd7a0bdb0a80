import { formatAddress } from '../core/address.ts';
import type { BackendPlan, ConnectPlan, HashPlan, PassivePlan, PoolPlan, ServicePlan } from '../core/plan.ts';
import { whyNotLinux } from './choose-plane.ts';
import { compileHealth } from './compile-health.ts';
import { compileProxyOut } from './compile-proxy.ts';
import { compilePlaces } from './compile-queue.ts';
import { compileConnectTls, type TlsContext } from './compile-tls.ts';
import * as defaults from './defaults.ts';
import { wrongValue } from './issue.ts';
import type { Config } from './schema.ts';
import { pool as poolSchema } from './schema-pool.ts';
import type { Path } from './show.ts';

type PoolConfig = Config['pools'][string];
type BackendConfig = NonNullable<PoolConfig['backends']>[number];
type Target = NonNullable<Config['listeners'][number]['to']>;

/** The pool that stands for where a redirected client wanted to go. */
export const ORIGINAL_POOL = 'original';

export interface CompiledPools {
  readonly pools: readonly PoolPlan[];
  readonly backends: readonly BackendPlan[];
  /** The index behind a name. */
  readonly indexOf: ReadonlyMap<string, number>;
}

/** All pools in the order of the file, and their backends, one row each; then the implicit one, where a route leads there. */
export function compilePools(config: Config, context: TlsContext): CompiledPools {
  const pools: PoolPlan[] = [];
  const backends: BackendPlan[] = [];
  for (const [name, pool] of Object.entries(withOriginal(config))) {
    const index = pools.length;
    const isOriginal = name === ORIGINAL_POOL;
    const members = isOriginal ? [ORIGINAL_BACKEND] : (pool.backends ?? []).flatMap(compileBackend);
    const rows = members.map((member) => backends.push({ row: backends.length, pool: index, ...member }) - 1);
    const connect = compileConnect(pool.connect, ['pools', name, 'connect'], config, context);
    pools.push({
      index,
      name,
      retired: false,
      balance: pool.balance,
      hash: compileHash(pool.hash),
      panicPercent: pool.panic ?? 0,
      slowStartMs: pool.slow_start ?? 0,
      backends: rows,
      services: (pool.backends ?? []).flatMap(compileService),
      health: compileHealth(pool.health, ['pools', name, 'health'], connect.tls, context),
      passive: compilePassive(pool.passive),
      onDown: pool.on_down,
      rebalancePerSecond: pool.on_up.rebalance ?? 0,
      connect,
      ...compilePlaces(pool),
    });
  }
  return { pools, backends, indexOf: new Map(pools.map((pool) => [pool.name, pool.index])) };
}

/** The pools of the file, and `original` where routes lead to it and the file has no settings for it. */
function withOriginal(config: Config): Config['pools'] {
  const isUsed = config.listeners.some(({ to, routes = [] }) => [{ to }, ...routes].some(leadsToOriginal));
  if (!isUsed || Object.hasOwn(config.pools, ORIGINAL_POOL)) return config.pools;
  return { ...config.pools, [ORIGINAL_POOL]: poolSchema.parse({}) };
}

function leadsToOriginal({ to }: { readonly to?: Target | undefined }): boolean {
  if (typeof to === 'string') return to === ORIGINAL_POOL;
  return to?.some(({ pool }) => pool === ORIGINAL_POOL) ?? false;
}

function compileConnect(
  connect: PoolConfig['connect'],
  path: Path,
  config: Config,
  context: TlsContext,
): ConnectPlan {
  const { timeout, deadline = 0, attempt_delay, retries, abort_on_fin, source: given = null } = connect;
  const source = typeof given === 'object' ? (given?.address ?? null) : given;
  const against = source === 'client' ? whyNotLinux(context.environment, config.plane, config.workers) : null;
  if (against !== null)
    context.issues.push(wrongValue([...path, 'source'], `client needs the linux plane: ${against}`));
  return {
    timeoutMs: timeout,
    deadlineMs: deadline,
    attemptDelayMs: attempt_delay,
    retries,
    abortOnFin: abort_on_fin,
    source,
    sourcePorts: typeof given === 'object' ? (given?.ports ?? null) : null,
    proxyOut: compileProxyOut(connect.proxy_protocol),
    tls: compileConnectTls(connect.tls, [...path, 'tls'], context),
  };
}

type Member = Omit<BackendPlan, 'row' | 'pool'>;

const ORIGINAL_BACKEND: Member = {
  name: ORIGINAL_POOL,
  retired: false,
  address: { kind: 'tcp', host: '0.0.0.0', port: 0 },
  resolve: defaults.ADDRESS_FAMILIES,
  original: true,
  weight: defaults.WEIGHT,
  priority: defaults.PRIORITY,
  backup: defaults.BACKUP,
  connectionsMax: 0,
  connectRate: 0,
};

/** What a bare address stands for. */
const PLAIN_BACKEND = {
  weight: defaults.WEIGHT,
  priority: defaults.PRIORITY,
  backup: defaults.BACKUP,
  resolve: defaults.ADDRESS_FAMILIES,
} as const;

/** None for a service, whose backends are known at run time. */
function compileBackend(backend: BackendConfig): Member[] {
  const given = 'kind' in backend ? { ...PLAIN_BACKEND, address: backend } : backend;
  const { address } = given;
  if (address === undefined) return [];
  const { name = formatAddress(address), weight, priority, backup, resolve } = given;
  const { max_connections = 0, connect_rate = 0 } = given;
  return [
    {
      name,
      retired: false,
      address,
      weight,
      priority,
      backup,
      connectionsMax: max_connections,
      connectRate: connect_rate,
      resolve,
      original: false,
    },
  ];
}

function compileService(backend: BackendConfig): ServicePlan[] {
  if ('kind' in backend || backend.srv === undefined) return [];
  const { srv, resolve, backup, max_connections = 0, connect_rate = 0 } = backend;
  return [
    { name: srv.toLowerCase(), resolve, backup, connectionsMax: max_connections, connectRate: connect_rate },
  ];
}

function compileHash({ on, tlv = 0, bounded_load = 0, table_size }: PoolConfig['hash']): HashPlan {
  return { on, tlv, boundedLoadPercent: bounded_load, tableSize: table_size };
}

function compilePassive(passive: PoolConfig['passive']): PassivePlan | null {
  if (passive === 'off') return null;
  const { failures, count, first_byte, eject, eject_max, max_ejected } = passive;
  return {
    failures,
    count,
    firstByteMs: first_byte,
    ejectMs: eject,
    ejectMsMax: eject_max,
    ejectedPercentMax: max_ejected,
  };
}
