import { CLIENTS_PER_BUCKET, ClientsLayout } from '../core/places-layout.ts';
import type { SharedRegions } from '../core/regions.ts';
import { type Hash, halfSipHash } from './half-sip-hash.ts';
import { acquireLock, reapLock, releaseLock } from './lock.ts';

/**
 * How many connections each client has, over all shards, never more than asked for. A client is a listener and a text,
 * told apart by a seeded 64-bit hash.
 *
 * Counts grow under the lock of their bucket only, so whoever holds it sees none grow. They shrink without it: a count that
 * is this shard's keeps its row in place, and it alone lowers it.
 */
export class Clients {
  readonly #cells: Int32Array;
  readonly #layout: ClientsLayout;
  readonly #shard: number;
  readonly #hash: Hash = { low: 0, high: 0 };

  constructor(regions: Pick<SharedRegions, 'clients' | 'shards'>, shard: number) {
    this.#cells = new Int32Array(regions.clients);
    this.#layout = ClientsLayout.of(this.#cells, regions.shards);
    this.#shard = shard;
  }

  /**
   * Counts one more unless the client has `max`. Returns where it is counted, for `give`, or -1: it has them, its bucket is
   * full of other clients, or the lock could not be had in time.
   */
  take(listener: number, client: string, max: number): number {
    const lock = this.#locate(listener, client);
    if (!acquireLock(this.#cells, lock, this.#shard)) return -1;
    const cell = this.#takeLocked(lock, max);
    releaseLock(this.#cells, lock);
    return cell;
  }

  /** Where this shard counts a client, or -1 where it does not. */
  find(listener: number, client: string): number {
    const lock = this.#locate(listener, client);
    for (let row = 0; row < CLIENTS_PER_BUCKET; row++) {
      const cell = this.#layout.column(lock, row, this.#shard);
      if (Atomics.load(this.#cells, cell) > 0 && this.#isHashed(lock, row)) return cell;
    }
    return -1;
  }

  /** Counts one less, where `take` or `find` said. */
  give(cell: number): void {
    Atomics.sub(this.#cells, cell, 1);
  }

  #takeLocked(lock: number, max: number): number {
    let free = -1;
    for (let row = 0; row < CLIENTS_PER_BUCKET; row++) {
      if (this.#isHashed(lock, row)) return this.#countUp(lock, row, max);
      if (free < 0 && this.#layout.count(this.#cells, lock, row) === 0) free = row;
    }
    if (free < 0) return -1;
    const key = this.#layout.key(lock, free);
    Atomics.store(this.#cells, key, this.#hash.low);
    Atomics.store(this.#cells, key + 1, this.#hash.high);
    return this.#countUp(lock, free, max);
  }

  #countUp(lock: number, row: number, max: number): number {
    if (this.#layout.count(this.#cells, lock, row) >= max) return -1;
    const cell = this.#layout.column(lock, row, this.#shard);
    Atomics.add(this.#cells, cell, 1);
    return cell;
  }

  #isHashed(lock: number, row: number): boolean {
    const key = this.#layout.key(lock, row);
    const { low, high } = this.#hash;
    return Atomics.load(this.#cells, key) === low && Atomics.load(this.#cells, key + 1) === high;
  }

  /** Hashes a client and returns the lock of its bucket. */
  #locate(listener: number, client: string): number {
    const seed = ClientsLayout.SEED;
    halfSipHash(this.#cells[seed] as number, this.#cells[seed + 1] as number, listener, client, this.#hash);
    return this.#layout.lock(this.#hash.low);
  }
}

/**
 * Clears what a dead shard counted and the locks it died with. Whatever it was doing, a row is whole without it. Where
 * nobody ever was nothing is written, since that would make the system provide the memory.
 */
export function reapClients(regions: Pick<SharedRegions, 'clients' | 'shards'>, shard: number): void {
  const cells = new Int32Array(regions.clients);
  const layout = ClientsLayout.of(cells, regions.shards);
  for (let bucket = 0; bucket < layout.buckets; bucket++) {
    const lock = layout.lock(bucket);
    for (let row = 0; row < CLIENTS_PER_BUCKET; row++) {
      const cell = layout.column(lock, row, shard);
      if (Atomics.load(cells, cell) !== 0) Atomics.store(cells, cell, 0);
    }
    reapLock(cells, lock, shard);
  }
}
