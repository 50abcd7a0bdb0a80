import { expect } from 'vitest';
import type { ConnectionId } from '../../src/core/connection-id.ts';
import { CountersLayout } from '../../src/core/counters.ts';
import type { ClosedFact, Fact } from '../../src/core/facts.ts';
import type { Plan } from '../../src/core/plan.ts';
import type { Plane } from '../../src/core/ports.ts';
import { allocateShardWords, writeWord } from '../../src/core/shard-words.ts';
import { STATES, type StateName, stateIndex } from '../../src/core/state.ts';
import { UpstreamTable } from '../../src/core/upstream-table.ts';
import {
  type AddressRule,
  createMemoryPlane,
  type LinkSettings,
  MemoryNetwork,
  type MemoryPeer,
  type MemoryPlaneOptions,
} from '../../src/plane/memory/index.ts';
import { Shard, type ShardParts } from '../../src/shard.ts';
import { COUNTERS } from '../../src/shard-counters.ts';
import { allocateRegions, createBuckets, createPlaces, createTurns } from '../../src/shared-memory/index.ts';
import { poolsOf } from '../shared-memory/pools.ts';
import { Dice } from '../simulation/dice.ts';
import { NO_TLS } from '../support/no-tls.ts';
import { backendAddress, LISTEN, type PlanPieces, planOf } from './plan.ts';

/** What a test says of its world; the plan's pieces and what lies around the shard. */
export interface WorldPieces extends PlanPieces {
  readonly seed?: number;
  readonly link?: Partial<LinkSettings>;
  readonly plane?: MemoryPlaneOptions;
  /** Called for each backend's peer, before anything is read from it. */
  readonly serve?: (peer: MemoryPeer, row: number) => void;
  /** Puts something else in the place of a part of the shard: what breaks, as a rule. */
  readonly parts?: (parts: ShardParts) => Partial<ShardParts>;
}

/** The number of a world's one shard. */
export const SHARD = 4;
const SHARDS = 5;

/** Listeners and backends that plans of a world can have. */
const SHAPE = { listeners: 4, backends: 8, transitions: COUNTERS.shape.transitions };

/** Longest time that what is cut at the end of a test may take to go. */
const SETTLE_MS_MAX = 60_000;

const open = new Set<World>();

/** One shard on the memory plane in virtual time, with its clients and backends, and everything it tells. */
export class World {
  /** The plan it was opened with. */
  readonly plan: Plan;
  readonly network: MemoryNetwork;
  readonly plane: Plane;
  readonly shard: Shard;
  readonly layout: CountersLayout;
  readonly cells: Float64Array;
  readonly table: UpstreamTable;
  readonly words: Int32Array;
  readonly facts: Fact[] = [];
  /** What observers and timers threw past every guard. */
  readonly thrown: unknown[] = [];
  /** Peers at the backends, in the order in which they were connected. */
  readonly backends: MemoryPeer[] = [];
  /** Whether every fact can be relied on; false where the test breaks the sink. */
  toldAll = true;

  private constructor(pieces: WorldPieces) {
    this.plan = planOf(pieces);
    this.network = new MemoryNetwork({ seed: pieces.seed ?? 1, ...(pieces.link && { link: pieces.link }) });
    const report = (error: unknown): void => void this.thrown.push(error);
    this.plane = createMemoryPlane(this.network, { ...pieces.plane, onObserverError: report });
    this.layout = new CountersLayout(SHAPE);
    this.cells = this.layout.allocate();
    this.table = new UpstreamTable(SHAPE.backends, SHARDS);
    this.words = allocateShardWords();
    writeWord(this.words, 'DETAIL', 1);
    for (const { row, address } of this.plan.backends) {
      this.table.setWeight(row, 1);
      this.network.serve(address, (peer) => {
        this.backends.push(peer);
        pieces.serve?.(peer, row);
      });
    }
    const dice = new Dice(pieces.seed ?? 1);
    const regions = allocateRegions({ shards: SHARDS, connections: 100, countersLength: 1, ringBytes: 4096 });
    const parts: ShardParts = {
      number: SHARD,
      generation: 0,
      tls: NO_TLS,
      plane: this.plane,
      table: this.table,
      admission: createPlaces(regions, SHARD, () => this.network.now()),
      pools: poolsOf(regions, SHARD, () => this.network.now()),
      buckets: createBuckets(regions, SHARD, () => this.network.now()),
      turns: createTurns(regions, SHARD, () => {}),
      counters: { layout: this.layout, cells: this.cells },
      emit: (fact) => void this.facts.push({ ...fact }),
      random: (bytes) => {
        for (let at = 0; at < bytes.length; at++) bytes[at] = dice.between(0, 255);
      },
      words: this.words,
    };
    this.shard = new Shard({ ...parts, ...pieces.parts?.(parts) });
  }

  static async open(pieces: WorldPieces = {}): Promise<World> {
    const world = new World(pieces);
    open.add(world);
    await world.reload(world.plan);
    return world;
  }

  /** Puts a plan in force. */
  async reload(plan: Plan): Promise<void> {
    await this.shard.prepare(plan, {});
    this.shard.commit(plan.version);
  }

  /** A client that starts to connect; it connects when time is run. */
  connect(host = '10.0.2.1'): MemoryPeer {
    return this.network.connect(this.plan.listeners[0]?.listen ?? LISTEN, host);
  }

  /** Lets `ms` of virtual time pass. */
  run(ms: number): void {
    this.network.run(this.network.now() + ms);
  }

  /** A rule for dials to a backend from now on. */
  backendRule(row: number, rule: AddressRule | null): void {
    this.network.rule(backendAddress(row), rule);
  }

  /** The backend's peer that was connected as the `index`th. */
  backend(index = 0): MemoryPeer {
    const peer = this.backends[index];
    if (peer === undefined) throw new Error(`backend connection ${index} was not made`);
    return peer;
  }

  /** The ids of all connections, in the order in which they were opened. */
  get ids(): ConnectionId[] {
    return this.facts.filter((fact) => fact.kind === 'opened').map((fact) => fact.connection);
  }

  /** The live connection that was opened as the `index`th. */
  live(index = 0) {
    const connection = this.shard.registry.get(this.ids[index] ?? -1);
    if (connection === undefined) throw new Error(`connection ${index} does not live`);
    return connection;
  }

  /** The state of the connection that was opened as the `index`th; `closed` where it lives no more. */
  state(index = 0): StateName {
    return this.shard.registry.get(this.ids[index] ?? -1)?.state ?? 'closed';
  }

  kill(index = 0): boolean {
    return this.shard.registry.kill(this.ids[index] ?? -1);
  }

  /** The end of the connection that was opened as the `index`th. */
  closed(index = 0): ClosedFact {
    const fact = this.closedFacts().find(({ connection }) => connection === this.ids[index]);
    if (fact === undefined) throw new Error(`connection ${index} is not closed but ${this.state(index)}`);
    return fact;
  }

  closedFacts(): ClosedFact[] {
    return this.facts.filter((fact) => fact.kind === 'closed');
  }

  /** The states that a connection went through. */
  path(index = 0): StateName[] {
    return this.closed(index).visits.map(({ state }) => state);
  }

  /** Texts of the defects told. */
  defects(): string[] {
    return this.facts.filter((fact) => fact.kind === 'error').map((fact) => fact.message);
  }

  /** Connections that are in a state now, as the gauge says. */
  gauge(state: StateName): number {
    return this.cells[this.layout.state(0, stateIndex(state))] ?? Number.NaN;
  }

  /** Connections to a backend, as the upstream table says: `[connecting, active]`. */
  counts(row: number): [connecting: number, active: number] {
    return [this.table.connecting(row), this.table.active(row)];
  }

  /** Cuts what still lives, and holds the world to what every world keeps. */
  async close(): Promise<void> {
    await this.shard.stopAccepting();
    for (let round = 0; round < 2; round++) {
      await turn();
      this.shard.cut();
      this.network.runUntil(() => this.shard.connections === 0, SETTLE_MS_MAX);
    }
    this.shard.close();
    await turn();
    this.run(2000);
    expect(this.thrown, 'thrown past every guard').toEqual([]);
    expect(this.#left(), 'left behind').toEqual(NOTHING);
    for (const { row } of this.plan.backends) expect(this.counts(row), `backend ${row}`).toEqual([0, 0]);
    if (!this.toldAll) return;
    for (const state of STATES) expect(this.gauge(state), `gauge of ${state}`).toBe(0);
    const ended = this.closedFacts().map((fact) => fact.connection);
    expect(
      [...ended].sort((a, b) => a - b),
      'each connection ends once',
    ).toEqual(this.ids);
    expect(new Set(ended).size).toBe(ended.length);
  }

  #left(): typeof NOTHING {
    return {
      connections: this.shard.connections,
      places: this.shard.reserved,
      endpoints: this.plane.open,
      timers: this.network.timers,
    };
  }
}

/** For TLS, which leaves some of its work to Node's own loop. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

const NOTHING = { connections: 0, places: 0, endpoints: 0, timers: 0 };

/** For `afterEach`: ends every world of the test and proves that nothing is left of it. */
export async function closeWorlds(): Promise<void> {
  const worlds = [...open];
  open.clear();
  for (const world of worlds) await world.close();
}

/** Bytes that tell their place: a part that is missing, doubled or moved is seen. */
export function bytesOf(length: number, salt = 0): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = (Math.imul(i + 1, 2_654_435_761) ^ (salt * 40_503)) >>> 13;
  return bytes;
}

/** What a test can see of one peer's end: did it read FIN, did it meet RST. */
export function seen(peer: MemoryPeer): 'open' | 'fin' | 'reset' {
  if (peer.resetAt !== null) return 'reset';
  return peer.finAt === null ? 'open' : 'fin';
}
