import { CountersLayout } from '../../src/core/counters.ts';
import type { Fact } from '../../src/core/facts.ts';
import type { Plan } from '../../src/core/plan.ts';
import type { Plane } from '../../src/core/ports.ts';
import { allocateShardWords, writeWord } from '../../src/core/shard-words.ts';
import { HEALTHY, UpstreamTable } from '../../src/core/upstream-table.ts';
import { createMemoryPlane, MemoryNetwork } from '../../src/plane/memory/index.ts';
import { Shard } from '../../src/shard.ts';
import { COUNTERS } from '../../src/shard-counters.ts';
import { allocateRegions, createBuckets, createPlaces, createTurns } from '../../src/shared-memory/index.ts';
import { movingPlane, noMoves } from '../connection/moving.ts';
import { poolsOf } from '../shared-memory/pools.ts';
import { NO_TLS } from '../support/no-tls.ts';
import type { Dice } from './dice.ts';
import { BACKENDS } from './plans.ts';

/** Every odd seed has a plane that moves bytes by itself; so many chunks, and it hands one over all the same. */
const HANDED_OVER_EVERY = 5;

/** One shard without a plan, its network, and what is noted of both. */
export interface SimulatedWorld {
  readonly seed: number;
  readonly network: MemoryNetwork;
  readonly plane: Plane;
  readonly shard: Shard;
  readonly facts: Fact[];
  /** Connection to the address Sluice dialed its backend from. */
  readonly dialedFrom: ReadonlyMap<number, string>;
  /** Connection to the plan it lived under. */
  readonly livedUnder: ReadonlyMap<number, Plan>;
  readonly cells: Float64Array;
  readonly layout: CountersLayout;
  readonly table: UpstreamTable;
  readonly words: Int32Array;
  /** What observers and timers threw past every guard. */
  readonly thrown: unknown[];
}

/** A world whose network and chance come of the seed. */
export function openWorld(seed: number, dice: Dice): SimulatedWorld {
  const network = new MemoryNetwork({ seed, link: randomLink(dice) });
  const thrown: unknown[] = [];
  const plane = createMemoryPlane(network, { onObserverError: (error) => thrown.push(error) });
  const layout = new CountersLayout({
    listeners: 1,
    backends: BACKENDS + 1,
    transitions: COUNTERS.shape.transitions,
  });
  const cells = layout.allocate();
  const table = tableFor();
  const words = allocateShardWords();
  writeWord(words, 'DETAIL', 1);
  const facts: Fact[] = [];
  const dialedFrom = new Map<number, string>();
  const livedUnder = new Map<number, Plan>();
  const regions = allocateRegions({ shards: 1, connections: 100, countersLength: 1, ringBytes: 1024 });
  const shard: Shard = new Shard({
    tls: NO_TLS,
    number: 0,
    generation: 0,
    plane: seed % 2 === 0 ? plane : movingPlane(plane, noMoves(), HANDED_OVER_EVERY),
    table,
    admission: createPlaces(regions, 0, () => network.now()),
    pools: poolsOf(regions, 0, () => network.now()),
    buckets: createBuckets(regions, 0, () => network.now()),
    turns: createTurns(regions, 0, () => {}),
    counters: { layout, cells },
    words,
    emit: (fact) => {
      facts.push({ ...fact });
      if (fact.kind === 'entered') noteBackend(shard, fact.connection, dialedFrom);
      if (fact.kind === 'opened') notePlan(shard, fact.connection, livedUnder);
    },
    random: (bytes) => {
      for (let at = 0; at < bytes.length; at++) bytes[at] = dice.between(0, 255);
    },
  });
  return { seed, network, plane, shard, facts, dialedFrom, livedUnder, cells, layout, table, words, thrown };
}

function randomLink(dice: Dice) {
  return {
    latencyToServerMs: dice.one([0.05, 1, 30]),
    latencyToClientMs: dice.one([0.05, 1, 30]),
    jitterMs: dice.one([0, 5]),
    sendBufferBytes: dice.one([4096, 64 * 1024]),
    receiveBufferBytes: dice.one([4096, 64 * 1024]),
  };
}

/** Weights and health as control writes them, for every backend that a plan may name. */
function tableFor(): UpstreamTable {
  const table = new UpstreamTable(BACKENDS + 1);
  for (let row = 0; row <= BACKENDS; row++) {
    table.setWeight(row, row + 1);
    table.setHealth(row, HEALTHY);
  }
  return table;
}

function notePlan(shard: Shard, id: number, livedUnder: Map<number, Plan>): void {
  const plan = shard.registry.get(id)?.plan;
  if (plan !== undefined) livedUnder.set(id, plan);
}

function noteBackend(shard: Shard, id: number, dialedFrom: Map<number, string>): void {
  const local = shard.registry.get(id)?.backend?.local;
  if (local?.kind === 'tcp') dialedFrom.set(id, `${local.host}:${local.port}`);
}
