import { AGENT_SILENT, type AgentState, packAgentState, packedWeight, unpackAgentState } from './agent.ts';
import { Circuits } from './circuits.ts';
import { Tally } from './tally.ts';

/** What is known of a backend's health. `unknown` is eligible: no probe has answered yet. */
export const HEALTH_UNKNOWN = 0;
export const HEALTHY = 1;
export const UNHEALTHY = 2;
export type Health = typeof HEALTH_UNKNOWN | typeof HEALTHY | typeof UNHEALTHY;

/** Share of the newest time in the mean; the weight of older ones halves with every five. */
const SMOOTHING = 1 / 8;
/** What a failure makes of a measured time: the double, at least and at most so much. In microseconds. */
const PENALTY_US_MIN = 100_000;
const LATENCY_US_MAX = 60_000_000;

/** Times of return are kept in tenths of a second modulo 2^32: after 13 years the first seconds seem to come again. */
const TENTH_MS = 100;
/** A clock that was set back, or a time rounded up, looks like the far end of those years. */
const FUTURE_TENTHS = 2 ** 32 - 36_000;

/** Backends a table can hold. */
export const UPSTREAM_ROWS_MAX = 4096;

/** Of one cell a row: health, weight, time of return, latency, what the agent says of weight and state, its limit. */
const COLUMNS = 6;

/**
 * One row a backend, read by every shard when it picks and written with Atomics: health, weight, what the agent says and
 * time of return by control, load, latency and failures by the shards that dial. The load is what a backend has, connecting or active, counted exactly over all shards. Lies on
 * shared memory so that it can be handed to other threads.
 *
 * A row or a shard that is not in the table is a RangeError everywhere, and so is an end without a beginning; nothing is
 * changed then.
 */
export class UpstreamTable {
  readonly cells: Int32Array;
  readonly rows: number;
  readonly shards: number;
  /** What is known of the backends by the connections to them. */
  readonly circuits: Circuits;
  readonly #health: Int32Array;
  readonly #weight: Int32Array;
  readonly #returned: Int32Array;
  readonly #latency: Int32Array;
  readonly #agent: Int32Array;
  readonly #agentMax: Int32Array;
  readonly #load: Tally;
  /** How much of a shard's load is active: a column for each shard. */
  readonly #active: Int32Array;

  /** Over `cells` where given (another thread's table), else over fresh zeroed shared memory. `shards` is 1 where absent. */
  constructor(rows: number, shards = 1, cells?: Int32Array) {
    if (rows > UPSTREAM_ROWS_MAX)
      throw new RangeError(`${rows} backends, at most ${UPSTREAM_ROWS_MAX} fit the table`);
    if (shards < 1) throw new RangeError(`a table for ${shards} shards, it takes at least 1`);
    const needed = UpstreamTable.cells(rows, shards);
    if (cells !== undefined && cells.length < needed)
      throw new RangeError(`${cells.length} cells for a table that takes ${needed}`);
    this.rows = rows;
    this.shards = shards;
    this.cells = cells ?? new Int32Array(new SharedArrayBuffer(needed * Int32Array.BYTES_PER_ELEMENT));
    const load = COLUMNS * rows;
    const active = load + Tally.cells(rows, shards);
    this.#health = this.cells.subarray(0, rows);
    this.#weight = this.cells.subarray(rows, 2 * rows);
    this.#returned = this.cells.subarray(2 * rows, 3 * rows);
    this.#latency = this.cells.subarray(3 * rows, 4 * rows);
    this.#agent = this.cells.subarray(4 * rows, 5 * rows);
    this.#agentMax = this.cells.subarray(5 * rows, load);
    this.#load = new Tally(this.cells.subarray(load, active), rows, shards);
    const circuits = active + rows * shards;
    this.#active = this.cells.subarray(active, circuits);
    this.circuits = new Circuits(this.cells.subarray(circuits, needed), rows);
  }

  /** Int32 cells that a table takes. */
  static cells(rows: number, shards: number): number {
    return COLUMNS * rows + Tally.cells(rows, shards) + rows * shards + Circuits.cells(rows);
  }

  /** As probes have found it; healthy where there are none. */
  health(row: number): Health {
    return Atomics.load(this.#health, row) as Health;
  }
  /** What counts for a pick: as probes have found it, and unhealthy while it is ejected. */
  effectiveHealth(row: number): Health {
    return this.circuits.isOpen(row) ? UNHEALTHY : this.health(row);
  }
  setHealth(row: number, health: Health): void {
    Atomics.store(this.#health, row, health);
  }
  /** What counts of the weight that was set, by what the agent says; a part of 1 is a part. 0: no new connections. */
  weight(row: number): number {
    return packedWeight(Atomics.load(this.#weight, row), Atomics.load(this.#agent, row));
  }
  setWeight(row: number, weight: number): void {
    Atomics.store(this.#weight, row, weight);
  }

  /** What the agent of a backend has said; AGENT_SILENT where there is none. */
  agent(row: number): AgentState {
    return unpackAgentState(Atomics.load(this.#agent, row), Atomics.load(this.#agentMax, row));
  }
  setAgent(row: number, state: AgentState): void {
    Atomics.store(this.#agent, row, packAgentState(state));
    Atomics.store(this.#agentMax, row, state.connectionsMax);
  }
  /** The limit of connections that the agent sets; 0 = none. */
  agentMax(row: number): number {
    return Atomics.load(this.#agentMax, row);
  }

  /** Milliseconds since the backend came back, or was new in a service that runs; Infinity where it did neither. */
  age(row: number, now: number): number {
    const returned = Atomics.load(this.#returned, row);
    if (returned === 0) return Number.POSITIVE_INFINITY;
    const tenths = (Math.floor(now / TENTH_MS) - returned) >>> 0;
    return tenths >= FUTURE_TENTHS ? 0 : tenths * TENTH_MS;
  }
  /** The backend comes back now, in milliseconds since 1970. Rounded up: it never seems older than it is. */
  setReturned(row: number, now: number): void {
    const tenths = Math.ceil(now / TENTH_MS) | 0;
    Atomics.store(this.#returned, row, tenths === 0 ? 1 : tenths);
  }
  /** Another backend has the row now: nothing is known of its times, and its agent has said nothing. */
  renew(row: number): void {
    this.setAgent(row, AGENT_SILENT);
    Atomics.store(this.#returned, row, 0);
    Atomics.store(this.#latency, row, 0);
    this.circuits.renew(row);
  }

  /** Decayed mean of the times that connections took to be answered, in microseconds; 0 = none was measured. */
  latency(row: number): number {
    return Atomics.load(this.#latency, row);
  }
  /** Adds a time, in milliseconds, to the mean; older ones decay with each. */
  measured(row: number, ms: number): void {
    this.#mustKnow(row);
    const sample = Math.max(1, ms * 1000);
    this.#moveLatency(row, (old) => (old === 0 ? sample : old + (sample - old) * SMOOTHING));
  }
  /** An attempt failed, which counts as if the backend had become slow. */
  penalised(row: number): void {
    this.#mustKnow(row);
    this.#moveLatency(row, (old) => Math.max(PENALTY_US_MIN, old * 2));
  }

  /** Attempts under way and connections being relayed, of all shards. */
  load(row: number): number {
    this.#mustKnow(row);
    return this.#load.total(row);
  }
  /** Connections being relayed, of all shards. */
  active(row: number): number {
    this.#mustKnow(row);
    let sum = 0;
    for (let shard = 0; shard < this.shards; shard++) sum += this.#own(row, shard);
    return sum;
  }
  /** Connections being relayed by one shard. */
  activeOf(row: number, shard: number): number {
    this.#mustKnow(row);
    this.#mustKnowShard(shard);
    return this.#own(row, shard);
  }
  /** Attempts under way, of all shards. */
  connecting(row: number): number {
    return Math.max(0, this.load(row) - this.active(row));
  }

  /** Counts an attempt of a shard where the load still is what was seen; false where another has changed it meanwhile. */
  begin(row: number, shard: number, seen: number): boolean {
    this.#mustKnow(row);
    this.#mustKnowShard(shard);
    return this.#load.takeIf(row, shard, seen);
  }
  /** Counts an attempt of a shard whatever the load, unless it has reached `max`; 0 = no limit. */
  beginBelow(row: number, shard: number, max: number): boolean {
    this.#mustKnow(row);
    this.#mustKnowShard(shard);
    return this.#load.take(row, shard, max);
  }
  /** The attempt succeeded: from connecting to active. */
  connected(row: number, shard: number): void {
    this.#mustHaveAttempt(row, shard);
    Atomics.add(this.#active, shard * this.rows + row, 1);
  }
  /** The attempt failed or was cancelled. */
  failed(row: number, shard: number): void {
    this.#mustHaveAttempt(row, shard);
    this.#load.give(row, shard);
  }
  /** An active connection ended. */
  released(row: number, shard: number): void {
    this.#mustKnow(row);
    this.#mustKnowShard(shard);
    this.#mustCount(this.#own(row, shard), row, shard, 'connection');
    Atomics.sub(this.#active, shard * this.rows + row, 1);
    this.#load.give(row, shard);
  }

  /** Clears all that a dead shard had. False where totals must be put right later, by `repair`. */
  reap(shard: number): boolean {
    this.#mustKnowShard(shard);
    for (let row = 0; row < this.rows; row++) Atomics.store(this.#active, shard * this.rows + row, 0);
    return this.#load.reap(shard);
  }
  /** See `Tally.repair`. */
  repair(): boolean {
    return this.#load.repair();
  }

  #own(row: number, shard: number): number {
    return Atomics.load(this.#active, shard * this.rows + row);
  }

  #moveLatency(row: number, to: (old: number) => number): void {
    let old = Atomics.load(this.#latency, row);
    for (;;) {
      const next = Math.round(Math.min(LATENCY_US_MAX, Math.max(1, to(old))));
      const seen = Atomics.compareExchange(this.#latency, row, old, next);
      if (seen === old) return;
      old = seen;
    }
  }

  #mustKnow(row: number): void {
    if (!(row >= 0 && row < this.rows)) throw new RangeError(`no backend ${row} in the table`);
  }

  #mustKnowShard(shard: number): void {
    if (!(shard >= 0 && shard < this.shards)) throw new RangeError(`no shard ${shard} in the table`);
  }

  #mustHaveAttempt(row: number, shard: number): void {
    this.#mustKnow(row);
    this.#mustKnowShard(shard);
    this.#mustCount(this.#load.held(row, shard) - this.#own(row, shard), row, shard, 'attempt');
  }

  #mustCount(count: number, row: number, shard: number, what: string): void {
    if (count <= 0) throw new RangeError(`backend ${row} has no ${what} of shard ${shard} to end`);
  }
}
