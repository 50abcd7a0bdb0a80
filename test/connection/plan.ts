import { type Cidr, parseCidr } from '../../src/core/cidr.ts';
import { PLAIN_SOCKET } from '../../src/core/plain-socket.ts';
import type {
  ConnectPlan,
  ListenerLimits,
  ListenerPlan,
  Plan,
  PoolPlan,
  RoutePlan,
  StagePlan,
  Timeouts,
} from '../../src/core/plan.ts';
import { PLAIN_RESOLVER } from '../support/resolver.ts';

/** Where the one listener of a test's plan listens. */
export const LISTEN = { kind: 'tcp', host: '10.0.0.1', port: 80 } as const;

/** Deadlines of a test's plan in milliseconds, far enough apart that it is clear which one fired. */
export const TIMEOUTS: Timeouts = {
  idleMs: 60_000,
  writeStallMs: 20_000,
  halfClosedMs: 5000,
  lingerMs: 1000,
  queueMs: 2000,
};

export const SNIFF = { timeoutMs: 300, bytesMax: 4096 };
export const CONNECT_TIMEOUT_MS = 400;
const CONNECT: ConnectPlan = {
  timeoutMs: CONNECT_TIMEOUT_MS,
  deadlineMs: 0,
  attemptDelayMs: 250,
  retries: 2,
  abortOnFin: false,
  source: null,
  sourcePorts: null,
  proxyOut: null,
  tls: null,
};

/** What a test changes in the plan: one listener, one pool of two backends, one route to it, no limits. */
export interface PlanPieces {
  readonly listen?: ListenerPlan['listen'];
  readonly limits?: Partial<ListenerLimits>;
  readonly timeouts?: Partial<Timeouts>;
  readonly sniff?: Partial<ListenerPlan['sniff']>;
  readonly access?: Partial<ListenerPlan['access']>;
  /** Instead of the one route to pool 0. */
  readonly routes?: readonly RoutePlan[];
  /** Of the one route. */
  readonly stages?: readonly StagePlan[];
  readonly connect?: Partial<ConnectPlan>;
  readonly passive?: PoolPlan['passive'];
  readonly backends?: number;
  /** Backends to which connections go where their client wanted to. */
  readonly original?: boolean;
  /** What is absent of it: senders of any address are trusted, in 200 ms. */
  readonly proxyIn?: Partial<NonNullable<ListenerPlan['proxyIn']>>;
  readonly tls?: ListenerPlan['tls'];
  readonly transparent?: ListenerPlan['transparent'];
  /** Pool i has the backend i alone. */
  readonly poolForEachBackend?: boolean;
  /** Connections to each backend at once. */
  readonly connectionsMax?: number;
  /** Connections begun to each backend in a second. */
  readonly connectRate?: number;
  /** Of every pool. */
  readonly pool?: Partial<
    Pick<PoolPlan, 'connectionsMax' | 'queue' | 'onFull' | 'sticky' | 'balance' | 'preconnect'>
  >;
  /** Connections of the whole process. */
  readonly connections?: number;
  readonly descriptors?: number;
  readonly sample?: number;
  readonly version?: number;
  readonly machineEngine?: Plan['machineEngine'];
  readonly drainMs?: number;
  /** The one listener was taken away. */
  readonly retired?: boolean;
  readonly accept?: ListenerPlan['accept']['shards'];
}

/** Deadline of the PROXY header, apart from the others. */
export const HEADER_TIMEOUT_MS = 200;
const PROXY_IN = {
  required: false,
  trusted: [parseCidr('0.0.0.0/0') as Cidr],
  timeoutMs: HEADER_TIMEOUT_MS,
};

/** A route to a pool, to a refusal, or with any other action. */
export function routeTo(
  to: number | 'reset' | 'close' | RoutePlan['action'],
  match: RoutePlan['match'] = null,
  name = 'edge/0',
): RoutePlan {
  return { index: 0, name, match, action: actionOf(to), tlsPassthrough: false, priority: 0, stages: [] };
}

function actionOf(to: number | 'reset' | 'close' | RoutePlan['action']): RoutePlan['action'] {
  if (typeof to === 'number') return { kind: 'pool', pool: to };
  return typeof to === 'string' ? { kind: 'reject', how: to } : to;
}

/** The address of a backend. */
export function backendAddress(row: number) {
  return { kind: 'tcp', host: '10.0.1.1', port: 9000 + row } as const;
}

/** A whole plan made of the pieces given. */
export function planOf(pieces: PlanPieces): Plan {
  const count = pieces.backends ?? 2;
  const rows = Array.from({ length: count }, (_, row) => row);
  const pools = pieces.poolForEachBackend === true ? rows.map((row) => [row]) : [rows];
  const connect = { ...CONNECT, ...pieces.connect };
  return {
    version: pieces.version ?? 1,
    listeners: [listenerOf(pieces)],
    pools: pools.map((backends, index) => ({
      index,
      name: `pool${index}`,
      retired: false,
      balance: 'round_robin',
      hash: { on: 'source', tlv: 0, boundedLoadPercent: 0, tableSize: 4099 },
      panicPercent: 0,
      slowStartMs: 0,
      backends,
      services: [],
      health: null,
      passive: pieces.passive ?? null,
      onDown: 'leave',
      rebalancePerSecond: 0,
      connect,
      connectionsMax: 0,
      queue: null,
      onFull: 'reset',
      sticky: null,
      preconnect: null,
      ...pieces.pool,
    })),
    backends: rows.map((row) => ({
      row,
      pool: pieces.poolForEachBackend === true ? row : 0,
      name: `b${row}`,
      retired: false,
      address: backendAddress(row),
      weight: 1,
      priority: 0,
      backup: false,
      connectionsMax: pieces.connectionsMax ?? 0,
      resolve: 'both',
      connectRate: pieces.connectRate ?? 0,
      original: pieces.original ?? false,
    })),
    protocolRules: [],
    machineEngine: pieces.machineEngine ?? 'compiled',
    reload: 'signal',
    socket: PLAIN_SOCKET,
    resolver: PLAIN_RESOLVER,
    limits: {
      connections: { value: pieces.connections ?? 10_000, reason: 'test' },
      descriptors: pieces.descriptors ?? null,
    },
    workers: { count: 0, reason: 'test', pipes: 0, busyPoll: false },
    groups: [{ plane: 'memory', first: 0, count: 1, reason: 'test' }],
    hangMs: 0,
    telemetry: {
      otlp: null,
      sample: pieces.sample ?? 1,
      followsParent: true,
      also: null,
      heartbeatMs: 0,
      prometheus: null,
      accessLog: { to: 'off' },
    },
    admin: null,
    drainMs: pieces.drainMs ?? 1000,
  };
}

function listenerOf(pieces: PlanPieces): ListenerPlan {
  return {
    index: 0,
    name: 'edge',
    retired: pieces.retired ?? false,
    listen: pieces.listen ?? LISTEN,
    plane: { name: 'memory', reason: 'test' },
    accept: { shards: pieces.accept ?? 'every', reason: 'test' },
    sniff: { ...SNIFF, ...pieces.sniff },
    limits: {
      connections: 0,
      connectionsPerIp: 0,
      acceptRate: 0,
      onLimit: 'reset',
      waitingMax: 100,
      ...pieces.limits,
    },
    access: { allow: [], deny: [], ...pieces.access },
    proxyIn: pieces.proxyIn === undefined ? null : { ...PROXY_IN, ...pieces.proxyIn },
    tls: pieces.tls ?? null,
    transparent: pieces.transparent ?? 'off',
    routes: pieces.routes ?? [{ ...routeTo(0), stages: pieces.stages ?? [] }],
    timeouts: { ...TIMEOUTS, ...pieces.timeouts },
  };
}

/** The plan with other listeners in the place of its one: the same but for what is given of each. */
export function withListeners(plan: Plan, ...listeners: readonly Partial<ListenerPlan>[]): Plan {
  const [first] = plan.listeners;
  if (first === undefined) throw new Error('the plan has no listener');
  return { ...plan, listeners: listeners.map((pieces, index) => ({ ...first, ...pieces, index })) };
}
