import { expect } from 'vitest';
import { CountersLayout, type CountersShape } from '../../src/core/counters.ts';
import type { Fact } from '../../src/core/facts.ts';
import type { Plan } from '../../src/core/plan.ts';
import type { Plane } from '../../src/core/ports.ts';
import type { SharedRegions } from '../../src/core/regions.ts';
import { allocateShardWords, readWord, type ShardWord, writeWord } from '../../src/core/shard-words.ts';
import { UpstreamTable } from '../../src/core/upstream-table.ts';
import { createMemoryPlane, MemoryNetwork, type MemoryPeer } from '../../src/plane/memory/index.ts';
import { Shard } from '../../src/shard.ts';
import { COUNTERS } from '../../src/shard-counters.ts';
import { allocateRegions, createBuckets, createPlaces, createTurns } from '../../src/shared-memory/index.ts';
import { poolsOf } from '../shared-memory/pools.ts';
import { NO_TLS } from '../support/no-tls.ts';

const SHAPE: CountersShape = {
  listeners: 8,
  backends: 8,
  transitions: COUNTERS.shape.transitions,
};

/** Virtual milliseconds that a wake-up takes from shard to shard. */
const WAKE_MS = 0.5;

/** Longest time that what is cut at the end of a test may take to go. */
const SETTLE_MS_MAX = 60_000;

/** Packets of a handshake; the third one puts the client into the listener's queue. */
const HANDSHAKE_STEPS = 3;

/** Runs a quiet network until the client that has just begun to connect waits to be accepted, and no further. */
export function untilQueued(network: MemoryNetwork): void {
  let steps = 0;
  network.runUntil(() => steps++ === HANDSHAKE_STEPS, network.now() + 10);
}

/** Several shards of one service on one network in virtual time, over the same shared memory. */
export class Shards {
  readonly network = new MemoryNetwork({ seed: 1 });
  readonly planes: Plane[] = [];
  readonly shards: Shard[] = [];
  readonly words: Int32Array[] = [];
  readonly layout = new CountersLayout(SHAPE);
  readonly cells: Float64Array[] = [];
  readonly facts: Fact[] = [];
  readonly thrown: unknown[] = [];
  readonly table: UpstreamTable;

  readonly #regions: SharedRegions;

  constructor(count: number, generation = 0) {
    this.table = new UpstreamTable(SHAPE.backends, count);
    for (let row = 0; row < SHAPE.backends; row++) this.table.setWeight(row, 1);
    const shape = { shards: count, connections: 100, countersLength: 1, ringBytes: 1024 };
    this.#regions = allocateRegions(shape);
    for (let number = 0; number < count; number++) this.shards.push(this.#start(number, generation));
  }

  /** Starts the first shard again, as after its death; what it had must be gone. */
  again(): Shard {
    expect(this.planes[0]?.open).toBe(0);
    const shard = this.#start(0, 1);
    this.shards[0] = shard;
    return shard;
  }

  #start(number: number, generation: number): Shard {
    const plane = createMemoryPlane(this.network, { onObserverError: (error) => this.thrown.push(error) });
    const words = allocateShardWords();
    writeWord(words, 'DETAIL', 1);
    const cells = this.layout.allocate();
    this.planes[number] = plane;
    this.words[number] = words;
    this.cells[number] = cells;
    const wake = (other: number): void => {
      this.network.after(WAKE_MS, () => this.shards[other]?.wake());
    };
    return new Shard({
      number,
      generation,
      tls: NO_TLS,
      plane,
      table: this.table,
      admission: createPlaces(this.#regions, number, () => this.network.now()),
      pools: poolsOf(this.#regions, number, () => this.network.now(), wake),
      buckets: createBuckets(this.#regions, number, () => this.network.now()),
      turns: createTurns(this.#regions, number, wake),
      counters: { layout: this.layout, cells },
      emit: (fact) => void this.facts.push({ ...fact }),
      random: (bytes) => void bytes.fill(7),
      words,
      descriptors: () => this.planes.reduce((sum, { open }) => sum + open, 0),
    });
  }

  shard(number = 0): Shard {
    const shard = this.shards[number];
    if (shard === undefined) throw new Error(`there is no shard ${number}`);
    return shard;
  }

  /** Prepares a plan in all shards, one after another, as control does. */
  async prepare(plan: Plan): Promise<Record<string, string>> {
    const bound: Record<string, string> = {};
    for (const shard of this.shards) Object.assign(bound, await shard.prepare(plan, bound));
    return bound;
  }

  async reload(plan: Plan): Promise<Record<string, string>> {
    const bound = await this.prepare(plan);
    for (const shard of this.shards) shard.commit(plan.version);
    return bound;
  }

  /** Serves the backends of a plan by peers that only listen. */
  serve(plan: Plan): MemoryPeer[] {
    const peers: MemoryPeer[] = [];
    for (const { address } of plan.backends) this.network.serve(address, (peer) => void peers.push(peer));
    return peers;
  }

  connect(plan: Plan, listener = 0, host = '10.0.2.1'): MemoryPeer {
    const { listen } = plan.listeners[listener] ?? {};
    if (listen === undefined) throw new Error(`the plan has no listener ${listener}`);
    return this.network.connect(listen, host);
  }

  run(ms: number): void {
    this.network.run(this.network.now() + ms);
  }

  word(word: ShardWord, shard = 0): number {
    return readWord(this.words[shard] as Int32Array, word);
  }

  get connections(): number {
    return this.shards.reduce((sum, shard) => sum + shard.connections, 0);
  }

  /** Cuts what still lives; nothing may be left. */
  async close(): Promise<void> {
    await Promise.all(this.shards.map((shard) => shard.stopAccepting()));
    for (let round = 0; round < 2; round++) {
      for (const shard of this.shards) shard.cut();
      this.network.runUntil(() => this.connections === 0, SETTLE_MS_MAX);
    }
    for (const shard of this.shards) shard.close();
    this.run(2000);
    const open = this.planes.reduce((sum, plane) => sum + plane.open, 0);
    const places = this.shards.reduce((sum, shard) => sum + shard.reserved, 0);
    expect({ thrown: this.thrown, open, places, timers: this.network.timers }).toEqual({
      thrown: [],
      open: 0,
      places: 0,
      timers: 0,
    });
    for (let row = 0; row < SHAPE.backends; row++) expect(this.table.load(row)).toBe(0);
  }
}
