import { isClean } from '../../src/core/close-reason.ts';
import type { CountersLayout } from '../../src/core/counters.ts';
import type { ClosedFact } from '../../src/core/facts.ts';
import type { MachineEngine, Plan } from '../../src/core/plan.ts';
import { readWord } from '../../src/core/shard-words.ts';
import type { MemoryNetwork, MemoryPeer } from '../../src/plane/memory/index.ts';
import type { Shard } from '../../src/shard.ts';
import { Dice } from './dice.ts';
import { type Doings, sendClients, serveBackends } from './peers.ts';
import { randomPlan } from './plans.ts';
import { type Reload, Reloading, randomReloads, STEP_MS } from './reloads.ts';
import { openWorld, type SimulatedWorld } from './world.ts';

/** A world of some connections, run to its end. */
export interface History extends Omit<SimulatedWorld, 'words'> {
  readonly first: Plan;
  /** Those that were put in force. */
  readonly reloads: readonly Reload[];
  readonly epoch: number;
  readonly clients: readonly Doings[];
  /** By the port of the connection that Sluice made to it. */
  readonly backends: ReadonlyMap<string, Doings>;
  readonly leftOpen: number;
  readonly leftConnections: number;
  readonly leftTimers: number;
  readonly leftReserved: number;
  readonly words: { readonly version: number; readonly oldest: number; readonly connections: number };
  readonly mostAtOnce: number;
  /** Moments at which an operator killed or cut, which ends at once who was draining already. */
  readonly cutAt: readonly number[];
}

/** Longest life of a world, in virtual milliseconds. */
const WORLD_MS_MAX = 600_000;

/** What the systems of both ends still hold when Sluice is done, the slowest reader has read after so long. */
const SLOWEST_READER_MS = 20_000;

/** What a history is besides its seed. */
export interface HistoryOptions {
  readonly connections: number;
  readonly engine: MachineEngine;
  /** Whether plans are changed while it runs; clients come over a time then, not all at once. */
  readonly reloads: boolean;
}

/** How long plans may be changed, and clients may come where they are, in virtual milliseconds. */
const PLAYING_MS = 3000;

/** Runs clients with scripts by chance through one shard on the memory plane. */
export async function runHistory(seed: number, options: HistoryOptions): Promise<History> {
  const dice = new Dice(seed);
  const plan: Plan = { ...randomPlan(dice), machineEngine: options.engine };
  const world = openWorld(seed, dice);
  const { network, plane, shard, cells, layout, words } = world;
  await shard.prepare(plan, {});
  shard.commit(plan.version);
  const backends = serveBackends(network, dice);
  const reloads = new Reloading(shard, options.reloads ? randomReloads(dice, plan) : []);
  const { connections } = options;
  const clients = sendClients(network, dice, { connections, overMs: options.reloads ? PLAYING_MS : 0 });
  const cutAt = plot(network, dice, shard, connections);
  let mostAtOnce = 0;
  for (let at = 0; at < PLAYING_MS; at += STEP_MS) {
    network.run(at);
    mostAtOnce = Math.max(mostAtOnce, admitted(cells, layout));
    await reloads.run(at);
  }
  network.runUntil(
    () => shard.connections === 0 && clients.every((doings) => isOver(doings.peer)),
    WORLD_MS_MAX,
  );
  await shard.stopAccepting();
  shard.close();
  network.run(network.now() + SLOWEST_READER_MS);
  return {
    ...world,
    first: plan,
    reloads: reloads.done,
    epoch: network.epoch,
    clients,
    backends,
    mostAtOnce,
    cutAt,
    leftOpen: plane.open,
    leftConnections: shard.connections,
    leftTimers: network.timers,
    leftReserved: shard.reserved,
    words: {
      version: readWord(words, 'VERSION'),
      oldest: readWord(words, 'OLDEST'),
      connections: readWord(words, 'CONNECTIONS'),
    },
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

/** Connections that hold a place: those beyond accepting. */
function admitted(cells: Float64Array, layout: CountersLayout): number {
  let sum = 0;
  for (let state = 1; state < 7; state++) sum += cells[layout.state(0, state)] ?? 0;
  return sum;
}

/** What the operator does: kills someone, drains the service. Tells when he killed and cut, as that happens. */
function plot(network: MemoryNetwork, dice: Dice, shard: Shard, connections: number): number[] {
  const cutAt: number[] = [];
  const note = (): void => void cutAt.push(network.now());
  if (dice.often(0.3)) {
    network.after(dice.between(50, 1500), () => {
      note();
      shard.registry.kill(dice.between(0, connections - 1));
    });
  }
  if (!dice.often(0.2)) return cutAt;
  const at = dice.between(100, 2000);
  network.after(at, () => void shard.stopAccepting());
  network.after(at + 500, () => {
    note();
    shard.cut();
  });
  return cutAt;
}
