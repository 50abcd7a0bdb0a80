import { CountersLayout } from '../../src/core/counters.ts';
import { FactQueue } from '../../src/core/fact-queue.ts';
import type { ClosedFact, StateVisit } from '../../src/core/facts.ts';
import type { NameStatus } from '../../src/core/names.ts';
import type { BackendPlan, ListenerPlan, Plan, TelemetryPlan } from '../../src/core/plan.ts';
import { STATES } from '../../src/core/state.ts';
import { UpstreamTable } from '../../src/core/upstream-table.ts';
import type { Watched } from '../../src/core/watcher.ts';
import type { LogOutput } from '../../src/telemetry/log-output.ts';
import { PLAIN_RESOLVER } from '../support/resolver.ts';

/** When the sample connections were opened: a wall time in milliseconds, with a fraction as real ones have. */
export const OPENED = 1_760_000_000_000.25;

/** The states a connection can be seen in, in their order. */
export const LASTING = STATES.filter((state) => state !== 'closed');

/** A plan with two listeners and two pools of two and one backends. */
export function aPlan(telemetry: Partial<TelemetryPlan> = {}): Plan {
  return {
    version: 1,
    listeners: [{ ...aListener(0, 'edge'), tls: aListenerTls() }, aListener(1, 'inner')],
    pools: [aPool(0, 'web', [0, 1]), aPool(1, 'shell', [2])],
    backends: [
      aBackend(0, 0, 'a', { kind: 'tcp', host: '127.0.0.1', port: 9001 }),
      aBackend(1, 0, 'b', { kind: 'tcp', host: '::1', port: 9002 }),
      aBackend(2, 1, 'c', { kind: 'unix', path: '/run/c.sock' }),
    ],
    protocolRules: [],
    machineEngine: 'compiled',
    reload: 'signal',
    socket: {} as Plan['socket'],
    resolver: PLAIN_RESOLVER,
    limits: { connections: { value: 100, reason: 'a sample' }, descriptors: null },
    workers: { count: 0, reason: 'a sample', pipes: 0, busyPoll: false },
    groups: [{ plane: 'net', first: 0, count: 1, reason: 'a sample' }],
    hangMs: 2000,
    telemetry: {
      otlp: null,
      sample: 1,
      followsParent: true,
      also: null,
      heartbeatMs: 0,
      prometheus: null,
      accessLog: { to: 'stdout' },
      ...telemetry,
    },
    admin: null,
    drainMs: 1000,
  };
}

/** Two certificates for one name, and one that is for none. */
function aListenerTls(): ListenerPlan['tls'] {
  const certificates = [
    { names: ['a.example', 'b.example'], notAfter: 2_000_000_000_999 },
    { names: ['a.example'], notAfter: 1_900_000_000_000 },
    { names: [], notAfter: 2_100_000_000_000 },
  ];
  return { certificates } as unknown as ListenerPlan['tls'];
}

export function aListener(index: number, name: string, retired = false): ListenerPlan {
  return { index, name, retired, listen: { kind: 'tcp', host: '127.0.0.1', port: 0 } } as ListenerPlan;
}

export function aPool(index: number, name: string, backends: readonly number[]): Plan['pools'][number] {
  return { index, name, retired: false, backends } as unknown as Plan['pools'][number];
}

export function aBackend(
  row: number,
  pool: number,
  name: string,
  address: BackendPlan['address'],
  retired = false,
): BackendPlan {
  return {
    row,
    pool,
    name,
    retired,
    address,
    weight: 1,
    priority: 0,
    backup: false,
    connectionsMax: 0,
    resolve: 'both',
    connectRate: 0,
    original: false,
  };
}

/** The fact of a connection that died with its shard, as control makes it up: little is known. */
export function aFactOfADeadShard(changes: Partial<ClosedFact> = {}): ClosedFact {
  return aClosedFact({
    reason: 'shard-failed',
    during: null,
    protocol: null,
    sni: null,
    clientTls: null,
    backendTls: null,
    error: null,
    refusal: null,
    route: null,
    pool: -1,
    backend: -1,
    attempts: [],
    queueMs: 0,
    bytesUp: 0,
    bytesDown: 0,
    firstByteMs: -1,
    visits: [],
    ...changes,
  });
}

/** A connection that went through every state, ten milliseconds each, and ended cleanly. */
export function aClosedFact(changes: Partial<ClosedFact> = {}): ClosedFact {
  const visits = visitsOf(LASTING);
  const dialing = visits.find(({ state }) => state === 'dialing') as StateVisit;
  return {
    kind: 'closed',
    at: OPENED + LASTING.length * 10,
    connection: 0x0102_0000_0003,
    listener: 0,
    client: '192.0.2.77:50123',
    local: '127.0.0.1:7443',
    peer: null,
    header: null,
    opened: OPENED,
    reason: 'client-fin',
    during: 'draining',
    protocol: 'tls',
    sni: 'www.example.com',
    clientTls: null,
    backendTls: null,
    error: null,
    refusal: null,
    route: 'edge/0',
    pool: 0,
    backend: 0,
    attempts: [{ backend: 0, from: dialing.from, to: dialing.to, error: '' }],
    queueMs: 0,
    bytesUp: 1234,
    bytesDown: 5678,
    undeliveredUp: 0,
    undeliveredDown: 0,
    firstByteMs: 3.5,
    pausedUpMs: 0,
    pausedDownMs: 0,
    clientTcp: null,
    backendTcp: null,
    visits,
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId: null,
    parentSpanId: null,
    sampled: true,
    ...changes,
  };
}

/** One stay of ten milliseconds in each of the states, one after the other from `OPENED`. */
export function visitsOf(states: readonly StateVisit['state'][]): StateVisit[] {
  return states.map((state, i) => ({ state, from: OPENED + i * 10, to: OPENED + (i + 1) * 10 }));
}

/** What control would show to telemetry, with handles for the test. */
export interface Shown {
  readonly watched: Watched;
  readonly regions: Float64Array[];
  /** Puts another plan in force, as a reload does. */
  readonly reload: (plan: Plan) => void;
}

/** A name that was resolved once, and cannot be now. */
const A_NAME: NameStatus = {
  kind: 'address',
  name: 'app.example',
  values: ['192.0.2.1'],
  confirmed: OPENED,
  cause: 'SERVFAIL',
  failures: 2,
};

/** What control would show, laid out for `room` listeners and backends. */
export function aWatched(plan: Plan, shards = 1, room = 16): Shown {
  const layout = new CountersLayout({ listeners: room, backends: room, transitions: 0 });
  const regions = Array.from({ length: shards }, () => layout.allocate());
  let current = plan;
  const watched: Watched = {
    plan: () => current,
    facts: new FactQueue(
      () => {},
      () => {},
    ),
    layout,
    counters: () => regions,
    upstreams: new UpstreamTable(room, shards),
    pulses: async (connections) => connections.map(() => 'unknown'),
    names: () => [A_NAME],
    version: '1.2.3',
  };
  const reload = (next: Plan): void => {
    current = next;
  };
  return { watched, regions, reload };
}

/** A log output that keeps its lines. */
export function aLogOutput(): LogOutput & { readonly lines: string[]; readonly closed: () => boolean } {
  const lines: string[] = [];
  let closed = false;
  return {
    lines,
    closed: () => closed,
    write: (line) => lines.push(line),
    dropped: 0,
    close: async () => {
      closed = true;
    },
    abandon: () => {},
  };
}

/** The lines of a log as objects; throws on one that is not JSON or not ended by its only newline. */
export function parsed(lines: readonly string[]): Record<string, unknown>[] {
  return lines.map((line) => {
    if (line.indexOf('\n') !== line.length - 1) throw new Error(`not one line: ${JSON.stringify(line)}`);
    return JSON.parse(line) as Record<string, unknown>;
  });
}
