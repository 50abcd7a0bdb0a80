import type { StickyPlan } from '../core/plan.ts';
import type { SharedRegions } from '../core/regions.ts';
import { STICKY_WAYS, type Sticky, StickyLayout } from '../core/sticky.ts';
import { type Hash, halfSipHash } from './half-sip-hash.ts';
import { acquireLock, reapLock, releaseLock } from './lock.ts';

type Region = Pick<SharedRegions, 'sticky'>;

/** Times are kept in tenths of a second modulo 2^32, rounded down; one that is further off than half of that is past. */
const TENTH_MS = 100;

/** Of an entry, after the key. */
const UNTIL = 2;
const VALUE = 3;

/** A shard's hand on what all shards remember of clients. A lock that cannot be had in time is as if nothing was known. */
export function createSticky(region: Region, shard: number): Sticky {
  return new SharedSticky(new Int32Array(region.sticky), shard);
}

/** Opens the locks that a dead shard had. An entry that it was writing may name the backend of another client, once. */
export function reapSticky(region: Region, shard: number): void {
  const cells = new Int32Array(region.sticky);
  for (let bucket = 0; bucket < StickyLayout.buckets; bucket++)
    reapLock(cells, StickyLayout.lock(bucket), shard);
}

class SharedSticky implements Sticky {
  readonly #cells: Int32Array;
  readonly #shard: number;
  readonly #hash: Hash = { low: 0, high: 0 };

  constructor(cells: Int32Array, shard: number) {
    this.#cells = cells;
    this.#shard = shard;
  }

  find(pool: number, plan: StickyPlan, client: string, now: number): number | null {
    const lock = this.#locate(pool, plan, client);
    if (!acquireLock(this.#cells, lock, this.#shard)) return null;
    const entry = this.#entryOf(lock);
    const isKnown = entry >= 0 && this.#leftTenths(entry, now) > 0;
    const value = isKnown ? this.#cells[entry + VALUE]! : null;
    releaseLock(this.#cells, lock);
    return value;
  }

  keep(pool: number, plan: StickyPlan, client: string, value: number, now: number): boolean {
    const lock = this.#locate(pool, plan, client);
    if (!acquireLock(this.#cells, lock, this.#shard)) return true;
    const own = this.#entryOf(lock);
    const entry = own >= 0 ? own : this.#oldest(lock, plan, now);
    const isFree = own >= 0 || this.#leftTenths(entry, now) <= 0;
    this.#cells[entry] = this.#hash.low;
    this.#cells[entry + 1] = this.#hash.high;
    this.#cells[entry + UNTIL] = tenths(now + plan.expiryMs) || 1;
    this.#cells[entry + VALUE] = value;
    releaseLock(this.#cells, lock);
    return isFree;
  }

  #locate(pool: number, { clientsMax }: StickyPlan, client: string): number {
    const seed = StickyLayout.SEED;
    halfSipHash(this.#cells[seed]!, this.#cells[seed + 1]!, pool, client, this.#hash);
    return StickyLayout.lockOf(pool, clientsMax, this.#hash.high);
  }

  /** -1 where the client that was located last has none. */
  #entryOf(lock: number): number {
    const { low, high } = this.#hash;
    for (let way = 0; way < STICKY_WAYS; way++) {
      const entry = StickyLayout.entry(lock, way);
      if (this.#cells[entry] === low && this.#cells[entry + 1] === high) return entry;
    }
    return -1;
  }

  /** The entry that has the least time left, among as many as the pool may have. */
  #oldest(lock: number, { clientsMax }: StickyPlan, now: number): number {
    let oldest = StickyLayout.entry(lock, 0);
    for (let way = 1; way < Math.min(STICKY_WAYS, clientsMax); way++) {
      const entry = StickyLayout.entry(lock, way);
      if (this.#leftTenths(entry, now) < this.#leftTenths(oldest, now)) oldest = entry;
    }
    return oldest;
  }

  /** 0 or less: nobody, or one who has expired. */
  #leftTenths(entry: number, now: number): number {
    const until = this.#cells[entry + UNTIL]!;
    return until === 0 ? 0 : Math.max(0, (until - tenths(now)) | 0);
  }
}

function tenths(ms: number): number {
  return Math.floor(ms / TENTH_MS) | 0;
}
