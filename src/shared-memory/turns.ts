import type { Turns } from '../core/admission.ts';
import { PlacesLayout } from '../core/places-layout.ts';
import { LISTENERS_MAX } from '../core/plan.ts';
import type { SharedRegions } from '../core/regions.ts';

/**
 * A shard's hand on the turns. `wake` tells another shard to look whether somebody of its own can be let in.
 *
 * Who finds no place publishes that it waits and then tries once more: a place that became free in between was told to
 * nobody.
 */
export function createTurns(regions: SharedRegions, shard: number, wake: (shard: number) => void): Turns {
  return new SharedTurns(regions, shard, wake);
}

/**
 * Takes a dead shard out of all rounds. Wake the others after this and `reapPlaces`: what it held is free, and it may have
 * had the turn.
 */
export function reapTurns(regions: SharedRegions, shard: number): void {
  const layout = new PlacesLayout(regions.shards);
  const cells = new Int32Array(regions.places);
  for (let listener = 0; listener < LISTENERS_MAX; listener++)
    Atomics.store(cells, layout.waiting(listener, shard), 0);
  Atomics.store(cells, layout.waitingInShard(shard), 0);
}

/** The turn is with the first shard where somebody waits, looked for from the one in the turn word on. */
class SharedTurns implements Turns {
  readonly #cells: Int32Array;
  readonly #layout: PlacesLayout;
  readonly #shard: number;
  readonly #wake: (shard: number) => void;

  constructor(regions: SharedRegions, shard: number, wake: (shard: number) => void) {
    this.#cells = new Int32Array(regions.places);
    this.#layout = new PlacesLayout(regions.shards);
    this.#shard = shard;
    this.#wake = wake;
  }

  publish(listener: number, waiting: number): void {
    const before = Atomics.exchange(this.#cells, this.#waitingCell(listener, this.#shard), waiting);
    if (before !== waiting)
      Atomics.add(this.#cells, this.#layout.waitingInShard(this.#shard), waiting - before);
  }

  othersWait(listener: number): boolean {
    return this.#nextFrom(listener, this.#shard + 1, this.#layout.shards - 1) >= 0;
  }

  isMine(listener: number): boolean {
    return !this.othersWait(listener) || this.#owner(listener) === this.#shard;
  }

  pass(listener: number): void {
    const next = this.#nextFrom(listener, this.#shard + 1, this.#layout.shards - 1);
    if (next < 0) return;
    Atomics.store(this.#cells, this.#layout.turn(listener), next);
    this.#wake(next);
  }

  freed(listener: number): void {
    const owner = this.#owner(listener);
    if (owner >= 0 && owner !== this.#shard) this.#wake(owner);
    const { processRefused } = this.#layout;
    if (Atomics.load(this.#cells, processRefused) === 0) return;
    Atomics.store(this.#cells, processRefused, 0);
    this.#wakeAllBut(owner);
  }

  /** A place of the process is free, which whoever waits could use, whatever the listener. */
  #wakeAllBut(woken: number): void {
    for (let shard = 0; shard < this.#layout.shards; shard++) {
      if (shard === this.#shard || shard === woken) continue;
      if (Atomics.load(this.#cells, this.#layout.waitingInShard(shard)) > 0) this.#wake(shard);
    }
  }

  /** -1 where nobody waits. */
  #owner(listener: number): number {
    const turn = Atomics.load(this.#cells, this.#layout.turn(listener));
    return this.#nextFrom(listener, turn, this.#layout.shards);
  }

  /** The first of so many shards, counted round from one of them, where somebody waits; -1 = none. */
  #nextFrom(listener: number, from: number, count: number): number {
    for (let step = 0; step < count; step++) {
      const shard = (from + step) % this.#layout.shards;
      if (Atomics.load(this.#cells, this.#waitingCell(listener, shard)) > 0) return shard;
    }
    return -1;
  }

  #waitingCell(listener: number, shard: number): number {
    if (!(listener >= 0 && listener < LISTENERS_MAX))
      throw new RangeError(`listener ${listener} has no turns, the last one is ${LISTENERS_MAX - 1}`);
    return this.#layout.waiting(listener, shard);
  }
}
