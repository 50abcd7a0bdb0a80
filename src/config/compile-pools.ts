import { formatAddress } from '../core/address.ts';
import type { BackendPlan, HealthPlan, PoolPlan } from '../core/plan.ts';
import * as defaults from './defaults.ts';
import type { Config } from './schema.ts';

type PoolConfig = Config['pools'][string];
type BackendConfig = PoolConfig['backends'][number];

export interface CompiledPools {
  readonly pools: readonly PoolPlan[];
  readonly backends: readonly BackendPlan[];
  /** The index behind a name. */
  readonly indexOf: ReadonlyMap<string, number>;
}

/** All pools in the order of the file, and their backends, one row each. */
export function compilePools(config: Config['pools']): CompiledPools {
  const pools: PoolPlan[] = [];
  const backends: BackendPlan[] = [];
  for (const [name, pool] of Object.entries(config)) {
    const index = pools.length;
    const rows = pool.backends.map((backend) => {
      const row = backends.length;
      backends.push(compileBackend(backend, row, index));
      return row;
    });
    const { timeout, retries, abort_on_fin, source = null } = pool.connect;
    const connect = {
      timeoutMs: timeout,
      retries,
      abortOnFin: abort_on_fin,
      source,
      proxyOut: null,
      tls: null,
    };
    pools.push({
      index,
      name,
      retired: false,
      balance: pool.balance,
      backends: rows,
      health: compileHealth(pool.health),
      connect,
    });
  }
  return { pools, backends, indexOf: new Map(pools.map((pool) => [pool.name, pool.index])) };
}

function compileBackend(backend: BackendConfig, row: number, pool: number): BackendPlan {
  if ('kind' in backend) {
    const name = formatAddress(backend);
    const { WEIGHT: weight, BACKUP: backup } = defaults;
    return {
      row,
      pool,
      name,
      retired: false,
      address: backend,
      weight,
      backup,
      connectionsMax: 0,
      original: false,
    };
  }
  const { address, name = formatAddress(address), weight, backup, max_connections = 0 } = backend;
  return {
    row,
    pool,
    name,
    retired: false,
    address,
    weight,
    backup,
    connectionsMax: max_connections,
    original: false,
  };
}

function compileHealth(health: PoolConfig['health']): HealthPlan | null {
  if (health === 'off') return null;
  const { interval, timeout, rise, fall, probe } = health;
  return { intervalMs: interval, timeoutMs: timeout, rise, fall, probe };
}
