import { NOBODY, type PoolPlaces, TICKETS } from '../core/pool-places.ts';
import { POOL_SLOTS_MAX, PoolsLayout } from '../core/pools-layout.ts';
import type { SharedRegions } from '../core/regions.ts';
import type { Tally } from '../core/tally.ts';

type Region = Pick<SharedRegions, 'pools' | 'shards'>;

/**
 * A shard's hand on what all shards share of pools. `wake` tells another shard to look whether somebody of its own can
 * have a place.
 *
 * The order is one over all shards: each publishes the first of its own, and the lowest of these is the next. Who finds no
 * place publishes that it waits and then tries once more: a place that became free in between was told to nobody.
 */
export function createPoolPlaces(region: Region, shard: number, wake: (shard: number) => void): PoolPlaces {
  return new SharedPoolPlaces(region, shard, wake);
}

/**
 * Gives back what a dead shard held of pools, and takes it out of every queue. Wake the others after this. False where it
 * died while taking or giving and no quiet moment was found: until `repairPoolPlaces` succeeds a limit may be one short.
 */
export function reapPoolPlaces(region: Region, shard: number): boolean {
  const layout = new PoolsLayout(region.shards);
  const orders = layout.orders(region.pools);
  for (let pool = 0; pool < POOL_SLOTS_MAX; pool++) {
    const cell = layout.first(pool, shard);
    // Memory that nobody was in is not written, since that would make the system provide it.
    if (Atomics.load(orders, cell) !== 0n) Atomics.store(orders, cell, 0n);
  }
  return layout.tally(region.pools).reap(shard);
}

/** What is left to do after `reapPoolPlaces` was false. False: call it again later. */
export function repairPoolPlaces(region: Region): boolean {
  return new PoolsLayout(region.shards).tally(region.pools).repair();
}

/** How many wait for a place at a pool, in all shards. */
export function waitingForPool(region: Region, pool: number): number {
  const layout = new PoolsLayout(region.shards);
  return layout.tally(region.pools).total(layout.queueRow(pool));
}

class SharedPoolPlaces implements PoolPlaces {
  readonly #layout: PoolsLayout;
  readonly #orders: BigInt64Array;
  readonly #tally: Tally;
  readonly #shard: number;
  readonly #wake: (shard: number) => void;

  constructor({ pools, shards }: Region, shard: number, wake: (shard: number) => void) {
    this.#layout = new PoolsLayout(shards);
    this.#orders = this.#layout.orders(pools);
    this.#tally = this.#layout.tally(pools);
    this.#shard = shard;
    this.#wake = wake;
  }

  take(pool: number, max: number): boolean {
    return this.#tally.take(this.#layout.placesRow(pool), this.#shard, max);
  }

  give(pool: number): void {
    this.#tally.give(this.#layout.placesRow(pool), this.#shard);
  }

  enter(pool: number, max: number): boolean {
    return max > 0 && this.#tally.take(this.#layout.queueRow(pool), this.#shard, max);
  }

  leave(pool: number): void {
    this.#tally.give(this.#layout.queueRow(pool), this.#shard);
  }

  waiting(pool: number): number {
    return this.#tally.total(this.#layout.queueRow(pool));
  }

  ticket(pool: number): number {
    const ticket = Atomics.add(this.#orders, this.#layout.ticket(pool), 1n);
    return Number(BigInt.asUintN(63, ticket) % BigInt(TICKETS));
  }

  publish(pool: number, key: number): void {
    Atomics.store(this.#orders, this.#layout.first(pool, this.#shard), BigInt(key));
  }

  first(pool: number): number {
    const shard = this.#firstShard(pool);
    return shard < 0 ? NOBODY : Number(this.#key(pool, shard));
  }

  wakeFirst(pool: number): void {
    const shard = this.#firstShard(pool);
    if (shard >= 0 && shard !== this.#shard) this.#wake(shard);
  }

  /** -1 where nobody waits. */
  #firstShard(pool: number): number {
    let [first, least] = [-1, 0n];
    for (let shard = 0; shard < this.#layout.shards; shard++) {
      const key = this.#key(pool, shard);
      if (key === 0n || (first >= 0 && key >= least)) continue;
      first = shard;
      least = key;
    }
    return first;
  }

  #key(pool: number, shard: number): bigint {
    return Atomics.load(this.#orders, this.#layout.first(pool, shard));
  }
}
