import { PLAIN_SOCKET } from '../../src/core/plain-socket.ts';
import type { BackendPlan, ListenerPlan, Plan, RoutePlan, StagePlan, Timeouts } from '../../src/core/plan.ts';
import { PLAIN_RESOLVER } from '../support/resolver.ts';
import type { Dice } from './dice.ts';

/** Backends of a first plan; a reload may add one more. */
export const BACKENDS = 4;
export const LISTEN = { kind: 'tcp', host: '10.0.0.1', port: 80 } as const;
/** Where a reload may move the listener. */
export const LISTEN_MOVED = { ...LISTEN, port: 81 } as const;

/** Where a backend of the simulation listens. */
export function backendAddress(row: number) {
  return { kind: 'tcp', host: '10.0.1.1', port: 9000 + row } as const;
}

/** A plan by chance: short deadlines, low limits, stages or none, routes that need bytes or none. */
export function randomPlan(dice: Dice): Plan {
  const connections = dice.often(0.2) ? dice.between(3, 10) : 0;
  return {
    version: 1,
    listeners: [listener(dice, connections)],
    pools: [
      {
        index: 0,
        name: 'pool',
        retired: false,
        balance: dice.one(['round_robin', 'weighted_round_robin', 'least_connections', 'ip_hash'] as const),
        hash: { on: 'source', tlv: 0, boundedLoadPercent: 0, tableSize: 4099 },
        panicPercent: 0,
        slowStartMs: 0,
        backends: Array.from({ length: BACKENDS }, (_, row) => row),
        services: [],
        health: null,
        passive: null,
        onDown: 'leave',
        rebalancePerSecond: 0,
        connect: {
          timeoutMs: 400,
          deadlineMs: 0,
          attemptDelayMs: 250,
          retries: dice.between(0, 3),
          abortOnFin: dice.often(0.1),
          source: null,
          sourcePorts: null,
          proxyOut: null,
          tls: null,
        },
        connectionsMax: 0,
        queue: null,
        onFull: 'reset',
        sticky: null,
        preconnect: null,
      },
    ],
    backends: Array.from({ length: BACKENDS }, (_, row) => backendOf(dice, row)),
    protocolRules: [],
    machineEngine: 'compiled',
    reload: 'signal',
    socket: PLAIN_SOCKET,
    resolver: PLAIN_RESOLVER,
    limits: { connections: { value: dice.often(0.1) ? 12 : 1000, reason: 'simulation' }, descriptors: null },
    workers: { count: 0, reason: 'simulation', pipes: 0, busyPoll: false },
    groups: [{ plane: 'memory', first: 0, count: 1, reason: 'simulation' }],
    hangMs: 0,
    telemetry: {
      otlp: null,
      sample: 0.5,
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

/** A backend by chance. */
export function backendOf(dice: Dice, row: number): BackendPlan {
  return {
    row,
    pool: 0,
    name: `b${row}`,
    retired: false,
    address: backendAddress(row),
    weight: row + 1,
    priority: 0,
    backup: row === BACKENDS - 1,
    connectionsMax: dice.often(0.2) ? 2 : 0,
    resolve: 'both',
    connectRate: 0,
    original: false,
  };
}

function listener(dice: Dice, connections: number): ListenerPlan {
  return {
    index: 0,
    name: 'edge',
    retired: false,
    listen: LISTEN,
    plane: { name: 'memory', reason: 'simulation' },
    accept: { shards: 'every', reason: 'simulation' },
    sniff: { timeoutMs: 200, bytesMax: 4096 },
    limits: {
      connections,
      connectionsPerIp: dice.often(0.2) ? 2 : 0,
      acceptRate: dice.often(0.2) ? 20 : 0,
      onLimit: dice.one(['reset', 'close', 'wait'] as const),
      waitingMax: dice.between(1, 5),
    },
    access: { allow: [], deny: dice.often(0.1) ? [{ bytes: [10, 0, 2, 3], bits: 32 }] : [] },
    proxyIn: null,
    tls: null,
    transparent: 'off',
    routes: routes(dice),
    timeouts: timeouts(dice),
  };
}

function routes(dice: Dice): RoutePlan[] {
  const stages: StagePlan[] = [];
  if (dice.often(0.3))
    stages.push({ kind: 'rate_limit', up: 400_000, down: dice.often(0.5) ? 300_000 : 0, burst: 64 * 1024 });
  if (dice.often(0.2)) stages.push({ kind: 'pass_through' });
  const toPool: RoutePlan = {
    index: 0,
    name: 'edge/0',
    match: null,
    action: { kind: 'pool', pool: 0 },
    tlsPassthrough: false,
    priority: 0,
    stages,
  };
  if (dice.often(0.6)) return [toPool];
  return [
    {
      index: 0,
      name: 'edge/ssh',
      match: { protocol: ['ssh'] },
      action: { kind: 'reject', how: dice.one(['reset', 'close'] as const) },
      tlsPassthrough: false,
      priority: 0,
      stages: [],
    },
    { ...toPool, index: 1, name: 'edge/1' },
  ];
}

function timeouts(dice: Dice): Timeouts {
  return {
    idleMs: dice.one([800, 2000, 60_000]),
    writeStallMs: dice.one([500, 1500]),
    halfClosedMs: dice.one([500, 1500]),
    lingerMs: dice.one([200, 1000]),
    queueMs: dice.one([100, 1000]),
  };
}
