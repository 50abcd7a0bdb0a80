import type { FreeSlots } from '../config/index.ts';
import { formatAddress } from '../core/address.ts';
import type { BackendPlan, Plan } from '../core/plan.ts';
import type { SharedRegions } from '../core/regions.ts';
import { readWord } from '../core/shard-words.ts';
import { STATES } from '../core/state.ts';
import type { UpstreamTable } from '../core/upstream-table.ts';
import { COUNTERS } from '../shard-counters.ts';
import { countersOf, upstreamTableOf, wordsOf } from '../shared-memory/index.ts';

/** A listener's slot rests so long after it was taken away, so that its last facts are read under its own name. */
export const LISTENER_REST_MS = 1_000;

/** A backend without load is used for another when no connection of an older plan is left, or after this time. */
export const BACKEND_REST_MS = 600_000;

interface Retired {
  readonly version: number;
  readonly at: number;
}

/** Knows which of the places that reloads took away are free for others, and clears those that are taken again. */
export class Slots {
  readonly #regions: SharedRegions;
  readonly #shards: number;
  readonly #table: UpstreamTable;
  readonly #now: () => number;
  readonly #listeners = new Map<number, Retired>();
  readonly #backends = new Map<number, Retired>();

  /** Of the shards 0 to `shards - 1`. `now` in milliseconds. */
  constructor(regions: SharedRegions, shards: number, now: () => number) {
    this.#regions = regions;
    this.#shards = shards;
    this.#table = upstreamTableOf(regions);
    this.#now = now;
  }

  /** What nothing uses any more of the plan in force. */
  free(plan: Plan): FreeSlots {
    const listeners = [...this.#listeners].filter(([index, retired]) => this.#isIdleListener(index, retired));
    const backends = new Set(
      [...this.#backends].filter(([row, retired]) => this.#isIdleBackend(row, retired)).map(([row]) => row),
    );
    const pools = plan.pools.filter(
      (pool) =>
        pool.retired && plan.backends.every(({ pool: of, row }) => of !== pool.index || backends.has(row)),
    );
    return {
      listeners: new Set(listeners.map(([index]) => index)),
      pools: new Set(pools.map(({ index }) => index)),
      backends,
    };
  }

  /**
   * `plan` follows `before`: zeroes the counters of places that others have taken, and notes what it takes away. A place
   * that neither names may have been that of a plan which was refused. Where clients of that one are still ending, its
   * counters stay, since a shard is writing them.
   */
  follow(before: Plan, plan: Plan): void {
    for (const { index, name, retired } of plan.listeners) {
      if (before.listeners[index]?.name !== name) this.#clearListener(index);
      this.#note(this.#listeners, index, retired, plan.version);
    }
    for (const { index, name } of plan.pools)
      if (before.pools[index]?.name !== name)
        for (const cells of this.#cells()) zero(cells, COUNTERS.ofPool(index));
    for (const backend of plan.backends) {
      const was = before.backends[backend.row];
      if (was === undefined || identity(before, was) !== identity(plan, backend))
        this.#clearBackend(backend.row);
      this.#note(this.#backends, backend.row, backend.retired, plan.version);
    }
  }

  #note(kept: Map<number, Retired>, index: number, retired: boolean, version: number): void {
    if (!retired) kept.delete(index);
    else if (!kept.has(index)) kept.set(index, { version, at: this.#now() });
  }

  #isIdleListener(index: number, { version, at }: Retired): boolean {
    if (this.#now() - at < LISTENER_REST_MS) return false;
    for (let shard = 0; shard < this.#shards; shard++) {
      if (readWord(wordsOf(this.#regions, shard), 'VERSION') < version) return false;
      if (!isQuiet(countersOf(this.#regions, shard), index)) return false;
    }
    return true;
  }

  #isIdleBackend(row: number, { version, at }: Retired): boolean {
    if (this.#table.load(row) !== 0) return false;
    if (this.#now() - at >= BACKEND_REST_MS) return true;
    for (let shard = 0; shard < this.#shards; shard++)
      if (readWord(wordsOf(this.#regions, shard), 'OLDEST') < version) return false;
    return true;
  }

  #clearListener(index: number): void {
    for (const cells of this.#cells()) {
      if (!isQuiet(cells, index)) continue;
      for (const [cell, kept] of COUNTERS.keptOf(index))
        if (cells[cell] !== 0) cells[kept]! += cells[cell] ?? 0;
      zero(cells, COUNTERS.ofListener(index));
    }
  }

  #clearBackend(row: number): void {
    for (const cells of this.#cells()) zero(cells, COUNTERS.ofBackend(row));
  }

  #cells(): Float64Array[] {
    return this.#regions.counters.map((_, shard) => countersOf(this.#regions, shard));
  }
}

/** No connection of a listener is in any state, and none of its mirrors has outlived its connection. */
function isQuiet(cells: Float64Array, listener: number): boolean {
  if (cells[COUNTERS.mirrors(listener, 'open')] !== 0) return false;
  return STATES.every((_, state) => cells[COUNTERS.state(listener, state)] === 0);
}

/** Writes only where there is something: memory that nobody touches costs nothing. */
function zero(cells: Float64Array, which: Iterable<number>): void {
  for (const cell of which) if (cells[cell] !== 0) cells[cell] = 0;
}

function identity(plan: Plan, backend: BackendPlan): string {
  return JSON.stringify([plan.pools[backend.pool]?.name, backend.name, formatAddress(backend.address)]);
}
