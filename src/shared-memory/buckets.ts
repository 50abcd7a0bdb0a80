import type { Bucket, BucketLimits, Buckets } from '../core/bucket.ts';
import { BucketsLayout } from '../core/buckets-layout.ts';
import { CLIENTS_PER_BUCKET, ClientsLayout } from '../core/places-layout.ts';
import type { SharedRegions } from '../core/regions.ts';
import { Clients, reapClients } from './clients.ts';

const NS_PER_MS = 1e6;
const NS_PER_SECOND = 1e9;

/** The most that is kept beyond the burst while bytes wait, and the most that is owed. */
const KEPT_NS_MAX = 1_000_000_000n;

/** How long it is kept after the last bytes passed: a source that the wait had stopped needs so long to deliver again. */
const KEPT_AFTER_NS = 50_000_000n;

/** No limit on who shares a bucket. */
const HOLDERS_MAX = 2 ** 31 - 1;

/** A shard's hand on the buckets that all shards share. `now` as for `createPlaces`. */
export function createBuckets(regions: SharedRegions, shard: number, now: () => number): Buckets {
  return new SharedBuckets(regions, shard, now);
}

/** Takes a dead shard out of all buckets. What it had taken stays taken. */
export function reapBuckets(regions: SharedRegions, shard: number): void {
  const { layout, waiting, names } = openBuckets(regions);
  for (let row = 0; row < layout.rows; row++) {
    const cell = layout.waitingIn(row, shard);
    if (Atomics.load(waiting, cell) !== 0) Atomics.store(waiting, cell, 0);
  }
  reapClients(names, shard);
}

function openBuckets(regions: SharedRegions) {
  const names = { clients: regions.bucketNames, shards: regions.shards };
  const namesLayout = ClientsLayout.of(new Int32Array(regions.bucketNames), regions.shards);
  const layout = new BucketsLayout(regions.shards, namesLayout.buckets * CLIENTS_PER_BUCKET);
  const [times, waiting] = [layout.times(regions.buckets), layout.waiting(regions.buckets)];
  return { names, namesLayout, layout, times, waiting };
}

class SharedBuckets implements Buckets {
  readonly #shard: number;
  readonly #memory: ReturnType<typeof openBuckets>;
  readonly #names: Clients;
  readonly #now: () => number;

  constructor(regions: SharedRegions, shard: number, now: () => number) {
    this.#shard = shard;
    this.#memory = openBuckets(regions);
    this.#names = new Clients(this.#memory.names, shard);
    this.#now = now;
  }

  open(name: string): Bucket | null {
    const cell = this.#names.take(0, name, HOLDERS_MAX);
    if (cell < 0) return null;
    const { namesLayout, layout, times, waiting } = this.#memory;
    const row = namesLayout.rowOf(cell, this.#shard);
    const hand = { layout, times, waiting, row, shard: this.#shard, now: this.#now };
    return new SharedBucket(hand, () => this.#names.give(cell));
  }
}

interface Hand {
  readonly layout: BucketsLayout;
  readonly times: BigInt64Array;
  readonly waiting: Int32Array;
  readonly row: number;
  readonly shard: number;
  readonly now: () => number;
}

/**
 * What is in a bucket is the rate times the time since it was empty. It is that one time that is kept, and moved by
 * compare-and-exchange, so that no byte is counted twice or not at all, whichever shards take at once.
 */
class SharedBucket implements Bucket {
  readonly #hand: Hand;
  readonly #emptyAt: number;
  readonly #keptUntil: number;
  readonly #give: () => void;
  #waits = false;
  #closed = false;

  constructor(hand: Hand, give: () => void) {
    this.#hand = hand;
    this.#emptyAt = hand.layout.emptyAt(hand.row);
    this.#keptUntil = hand.layout.keptUntil(hand.row);
    this.#give = give;
  }

  get waiting(): number {
    const { layout, waiting, row } = this.#hand;
    let sum = 0;
    for (let shard = 0; shard < layout.shards; shard++)
      sum += Atomics.load(waiting, layout.waitingIn(row, shard));
    return sum;
  }

  available(limits: BucketLimits): number {
    const { times } = this.#hand;
    const seen = Atomics.load(times, this.#emptyAt);
    const now = this.#nowNs();
    const earnedNs = Number(now - this.#since(seen, now, limits));
    return Math.max(0, Math.floor((earnedNs * limits.bytesPerSecond) / NS_PER_SECOND));
  }

  take(bytes: number, limits: BucketLimits): void {
    const cost = BigInt(Math.ceil((bytes * NS_PER_SECOND) / limits.bytesPerSecond));
    this.#move((since) => since + cost, limits);
  }

  wait(some: boolean, limits: BucketLimits): void {
    if (this.#waits === some || this.#closed) return;
    const { layout, waiting, row, shard, times } = this.#hand;
    // What is beyond the burst so far was earned while nobody waited.
    if (some) this.#move((since) => since, limits);
    else this.#raise(times, this.#keptUntil, this.#nowNs() + KEPT_AFTER_NS);
    this.#waits = some;
    Atomics.add(waiting, layout.waitingIn(row, shard), some ? 1 : -1);
  }

  close(): void {
    if (this.#closed) return;
    if (this.#waits) this.wait(false, { bytesPerSecond: 1, burst: 0 });
    this.#closed = true;
    this.#give();
  }

  /** Since when the bucket has earned what is in it. */
  #since(seen: bigint, now: bigint, { bytesPerSecond, burst }: BucketLimits): bigint {
    const burstNs = BigInt(Math.floor((burst * NS_PER_SECOND) / bytesPerSecond));
    const most = this.#isKept(now) && burstNs < KEPT_NS_MAX ? KEPT_NS_MAX : burstNs;
    if (seen < now - most) return now - most;
    return seen > now + KEPT_NS_MAX ? now + KEPT_NS_MAX : seen;
  }

  #isKept(now: bigint): boolean {
    return now <= Atomics.load(this.#hand.times, this.#keptUntil) || this.waiting > 0;
  }

  #move(next: (since: bigint) => bigint, limits: BucketLimits): void {
    const { times } = this.#hand;
    for (;;) {
      const seen = Atomics.load(times, this.#emptyAt);
      const moved = next(this.#since(seen, this.#nowNs(), limits));
      if (moved === seen || Atomics.compareExchange(times, this.#emptyAt, seen, moved) === seen) return;
    }
  }

  #raise(times: BigInt64Array, cell: number, to: bigint): void {
    for (let seen = Atomics.load(times, cell); seen < to; ) {
      const found = Atomics.compareExchange(times, cell, seen, to);
      if (found === seen) return;
      seen = found;
    }
  }

  #nowNs(): bigint {
    return BigInt(Math.round(this.#hand.now() * NS_PER_MS));
  }
}
