import { PLAIN_SOCKET } from '../../src/core/plain-socket.ts';
import type {
  BackendPlan,
  BalancePolicy,
  ConnectPlan,
  HashPlan,
  HealthPlan,
  OnDown,
  PassivePlan,
  Plan,
  PoolPlan,
} from '../../src/core/plan.ts';
import type { PickKey } from '../../src/core/upstreams.ts';
import { PLAIN_RESOLVER } from '../support/resolver.ts';

export const HEALTH: HealthPlan = {
  intervalMs: 1000,
  fastIntervalMs: 1000,
  downIntervalMs: 1000,
  jitterShare: 0,
  timeoutMs: 500,
  rise: 2,
  fall: 3,
  host: null,
  port: null,
  proxyHeader: 0,
  tls: null,
  probe: { kind: 'tcp' },
};

const CONNECT_PLAN: ConnectPlan = {
  timeoutMs: 1000,
  deadlineMs: 0,
  attemptDelayMs: 250,
  retries: 2,
  abortOnFin: false,
  source: null,
  sourcePorts: null,
  proxyOut: null,
  tls: null,
};

export interface PoolSketch {
  readonly balance?: BalancePolicy;
  readonly hash?: Partial<HashPlan>;
  readonly panicPercent?: number;
  readonly slowStartMs?: number;
  readonly health?: HealthPlan | null;
  readonly places?: Partial<Pick<PoolPlan, 'connectionsMax' | 'queue' | 'onFull' | 'sticky'>>;
  readonly passive?: PassivePlan | null;
  readonly onDown?: OnDown;
  readonly rebalancePerSecond?: number;
  readonly backends: readonly Partial<BackendPlan>[];
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** A plan's pools and backends, to be changed as a reload does. */
export interface Draft {
  readonly pools: (Mutable<Omit<PoolPlan, 'backends'>> & { backends: number[] })[];
  readonly backends: Mutable<BackendPlan>[];
}

/** A plan of these pools and nothing else; backends listen on 127.0.0.1, port 9000 + row. */
export function planOf(...sketches: readonly PoolSketch[]): Plan {
  const draft: Draft = { pools: [], backends: [] };
  for (const sketch of sketches) addPool(draft, sketch);
  return {
    version: 1,
    listeners: [],
    pools: draft.pools,
    backends: draft.backends,
    protocolRules: [],
    machineEngine: 'interpreter',
    reload: 'signal',
    socket: PLAIN_SOCKET,
    resolver: PLAIN_RESOLVER,
    limits: { connections: { value: 100, reason: 'a test' }, descriptors: null },
    workers: { count: 0, reason: 'a test', pipes: 0, busyPoll: false },
    groups: [{ plane: 'memory', first: 0, count: 1, reason: 'a test' }],
    hangMs: 0,
    telemetry: {
      otlp: null,
      sample: 0,
      followsParent: true,
      also: null,
      heartbeatMs: 0,
      prometheus: null,
      accessLog: { to: 'off' },
    },
    admin: null,
    drainMs: 1000,
  };
}

/** The next plan after one: a copy with these changes. */
export function reloaded(plan: Plan, change: (draft: Draft) => void): Plan {
  const draft = structuredClone({ pools: plan.pools, backends: plan.backends }) as Draft;
  change(draft);
  return { ...plan, version: plan.version + 1, ...draft };
}

/** Adds a pool in a new slot; returns its index. */
export function addPool(draft: Draft, sketch: PoolSketch): number {
  const index = draft.pools.length;
  draft.pools.push({
    index,
    name: `pool-${index}`,
    retired: false,
    balance: sketch.balance ?? 'round_robin',
    hash: { on: 'source', tlv: 0, boundedLoadPercent: 0, tableSize: 4099, ...sketch.hash },
    panicPercent: sketch.panicPercent ?? 0,
    slowStartMs: sketch.slowStartMs ?? 0,
    backends: [],
    services: [],
    health: sketch.health === undefined ? HEALTH : sketch.health,
    passive: sketch.passive ?? null,
    onDown: sketch.onDown ?? 'leave',
    rebalancePerSecond: sketch.rebalancePerSecond ?? 0,
    connect: CONNECT_PLAN,
    connectionsMax: 0,
    queue: null,
    onFull: 'reset',
    sticky: null,
    preconnect: null,
    ...sketch.places,
  });
  for (const partial of sketch.backends) addBackend(draft, index, partial);
  return index;
}

/** Adds a backend to a pool in a new row, or in the row that is given; returns the row. */
export function addBackend(draft: Draft, pool: number, partial: Partial<BackendPlan> = {}): number {
  const row = partial.row ?? draft.backends.length;
  draft.backends[row] = {
    row,
    pool,
    name: `127.0.0.1:${9000 + row}`,
    retired: false,
    address: { kind: 'tcp', host: '127.0.0.1', port: 9000 + row },
    weight: 1,
    priority: 0,
    backup: false,
    connectionsMax: 0,
    resolve: 'both',
    connectRate: 0,
    original: false,
    ...partial,
  };
  draft.pools[pool]?.backends.push(row);
  return row;
}

/** Takes a backend away as a reload does: it leaves its pool and keeps its row. */
export function retireBackend(draft: Draft, row: number): void {
  const backend = draft.backends[row];
  if (backend === undefined) throw new RangeError(`no backend ${row}`);
  backend.retired = true;
  const pool = draft.pools[backend.pool];
  if (pool !== undefined) pool.backends = pool.backends.filter((one) => one !== row);
}

/** Takes a pool away with all its backends, which it goes on naming. */
export function retirePool(draft: Draft, index: number): void {
  const pool = draft.pools[index];
  if (pool === undefined) throw new RangeError(`no pool ${index}`);
  pool.retired = true;
  for (const backend of draft.backends) if (backend.pool === index) backend.retired = true;
}

/** A client that only chance tells from others of its address. */
export function keyOf(source: string, other: Partial<PickKey> = {}): PickKey {
  return { source, sni: null, tlvs: null, random: 0, now: 0, ...other };
}

/** That many backends with nothing special about them. */
export function plain(count: number): Partial<BackendPlan>[] {
  return Array.from({ length: count }, () => ({}));
}
