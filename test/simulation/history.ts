import { isClean } from '../../src/core/close-reason.ts';
import { CountersLayout } from '../../src/core/counters.ts';
import type { ClosedFact, Fact } from '../../src/core/facts.ts';
import type { Plan } from '../../src/core/plan.ts';
import { HEALTHY, UpstreamTable } from '../../src/core/upstream-table.ts';
import { createMemoryPlane, MemoryNetwork, type MemoryPeer } from '../../src/plane/memory/index.ts';
import { Shard } from '../../src/shard.ts';
import { createPicker } from '../../src/upstream/index.ts';
import { Dice } from './dice.ts';
import { BACKENDS, backendAddress, LISTEN, randomPlan } from './plans.ts';

/** What one peer of a simulated connection did. */
export interface Doings {
  readonly peer: MemoryPeer;
  /** Everything it wrote, in order. */
  readonly wrote: Uint8Array[];
  ended: boolean;
  reset: boolean;
}

/** A world of some connections, run to its end. */
export interface History {
  readonly seed: number;
  readonly plan: Plan;
  readonly facts: Fact[];
  readonly clients: readonly Doings[];
  /** By the port of the connection that Sluice made to it. */
  readonly backends: ReadonlyMap<string, Doings>;
  /** Connection to the address Sluice dialed its backend from. */
  readonly dialedFrom: ReadonlyMap<number, string>;
  readonly cells: Float64Array;
  readonly layout: CountersLayout;
  readonly table: UpstreamTable;
  readonly leftOpen: number;
  readonly leftConnections: number;
  readonly leftTimers: number;
  readonly leftReserved: number;
  readonly mostAtOnce: number;
  readonly thrown: unknown[];
}

/** Longest life of a world, in virtual milliseconds. */
const WORLD_MS_MAX = 600_000;

/** Runs `connections` clients with scripts by chance through one shard on the memory plane. */
export async function runHistory(seed: number, connections: number): Promise<History> {
  const dice = new Dice(seed);
  const plan = randomPlan(dice);
  const network = new MemoryNetwork({
    seed,
    link: {
      latencyToServerMs: dice.one([0.05, 1, 30]),
      latencyToClientMs: dice.one([0.05, 1, 30]),
      jitterMs: dice.one([0, 5]),
      sendBufferBytes: dice.one([4096, 64 * 1024]),
      receiveBufferBytes: dice.one([4096, 64 * 1024]),
    },
  });
  const thrown: unknown[] = [];
  const plane = createMemoryPlane(network, { onObserverError: (error) => thrown.push(error) });
  const backends = serveBackends(network, dice);
  const layout = new CountersLayout({ listeners: 1, backends: BACKENDS });
  const cells = layout.allocate();
  const table = new UpstreamTable(BACKENDS);
  for (const backend of plan.backends) {
    table.setWeight(backend.row, backend.weight);
    table.setHealth(backend.row, HEALTHY);
  }
  const facts: Fact[] = [];
  const dialedFrom = new Map<number, string>();
  let mostAtOnce = 0;
  const shard: Shard = new Shard({
    number: 0,
    plan,
    plane,
    upstreams: createPicker(plan, table),
    counters: { layout, cells },
    emit: (fact) => {
      facts.push(fact);
      if (fact.kind === 'entered') noteBackend(shard, fact.connection, dialedFrom);
    },
    random: (bytes) =>
      bytes.forEach((_, i) => {
        bytes[i] = dice.between(0, 255);
      }),
  });
  await shard.listen();
  const clients = Array.from({ length: connections }, () => sendClient(network, dice));
  plot(network, dice, shard, connections);
  for (let at = 0; at < 3000; at += 50) {
    network.run(at);
    mostAtOnce = Math.max(mostAtOnce, admitted(cells, layout));
  }
  network.runUntil(
    () => shard.connections === 0 && clients.every((doings) => isOver(doings.peer)),
    WORLD_MS_MAX,
  );
  await shard.stopAccepting();
  shard.close();
  network.run(network.now() + 5000);
  return {
    seed,
    plan,
    facts,
    clients,
    backends,
    dialedFrom,
    cells,
    layout,
    table,
    mostAtOnce,
    thrown,
    leftOpen: plane.open,
    leftConnections: shard.connections,
    leftTimers: network.timers,
    leftReserved: shard.reserved,
  };
}

/** All facts about ends. */
export function closedFacts(history: History): ClosedFact[] {
  return history.facts.filter((fact) => fact.kind === 'closed');
}

export function joined(pieces: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(pieces);
}

export { isClean };

function isOver(peer: MemoryPeer): boolean {
  return peer.resetAt !== null || peer.finAt !== null || peer.events.some((event) => event.kind === 'failed');
}

function noteBackend(shard: Shard, id: number, dialedFrom: Map<number, string>): void {
  const local = shard.registry.get(id)?.backend?.local;
  if (local?.kind === 'tcp') dialedFrom.set(id, `${local.host}:${local.port}`);
}

/** Connections that hold a place: those beyond accepting. */
function admitted(cells: Float64Array, layout: CountersLayout): number {
  let sum = 0;
  for (let state = 1; state < 7; state++) sum += cells[layout.state(0, state)] ?? 0;
  return sum;
}

function serveBackends(network: MemoryNetwork, dice: Dice): Map<string, Doings> {
  const all = new Map<string, Doings>();
  for (let row = 0; row < BACKENDS; row++) {
    const address = backendAddress(row);
    const fault = dice.one(['none', 'none', 'none', 'refused', 'black-hole', 'unreachable'] as const);
    if (fault === 'refused') continue;
    if (fault !== 'none') network.rule(address, { connect: fault });
    network.serve(address, (peer) => {
      const doings: Doings = { peer, wrote: [], ended: false, reset: false };
      if (peer.remote.kind === 'tcp') all.set(`${peer.remote.host}:${peer.remote.port}`, doings);
      act(network, dice, doings);
    });
  }
  return all;
}

function sendClient(network: MemoryNetwork, dice: Dice): Doings {
  const doings = {} as { -readonly [K in keyof Doings]: Doings[K] };
  const host = `10.0.2.${dice.between(1, 5)}`;
  const peer = network.connect(LISTEN, host);
  Object.assign(doings, { peer, wrote: [], ended: false, reset: false });
  act(network, dice, doings);
  return doings;
}

/** A peer's life by chance: some writes with pauses, slow reading or none for a while, then FIN, RST or silence. */
function act(network: MemoryNetwork, dice: Dice, doings: Doings): void {
  const { peer } = doings;
  let at = dice.one([0, 0, 50, 300]);
  if (dice.often(0.2)) peer.readAtRate(dice.one([20_000, 200_000]));
  else if (dice.often(0.1)) {
    peer.stopReading();
    network.after(dice.one([300, 2500]), () => peer.startReading());
  }
  for (let writes = dice.between(0, 5); writes > 0; writes--) {
    const bytes = dice.often(0.1) ? Buffer.from('SSH-2.0-simulation\r\n') : dice.bytes(120_000);
    network.after(at, () => {
      if (doings.ended || doings.reset) return;
      doings.wrote.push(bytes);
      peer.write(bytes);
    });
    at += dice.one([0, 1, 40, 400]);
  }
  const ending = dice.next();
  if (ending < 0.1) return;
  network.after(at + dice.one([0, 5, 700]), () => {
    if (ending < 0.25) {
      doings.reset = true;
      peer.reset();
    } else if (ending < 0.28) {
      doings.reset = true;
      peer.vanish(400);
    } else {
      doings.ended = true;
      peer.end();
    }
  });
}

/** What the operator does: kills someone, drains the service. */
function plot(network: MemoryNetwork, dice: Dice, shard: Shard, connections: number): void {
  if (dice.often(0.3))
    network.after(dice.between(50, 1500), () => shard.registry.kill(dice.between(0, connections - 1)));
  if (!dice.often(0.2)) return;
  const at = dice.between(100, 2000);
  network.after(at, () => void shard.stopAccepting());
  network.after(at + 500, () => void shard.cut());
}
