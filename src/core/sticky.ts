import type { StickyPlan } from './plan.ts';

/** Which backend each client of a pool had last, over all shards. What is kept is any 32-bit number. */
export interface Sticky {
  /** What is kept of a client; null where nothing is, or it has expired at `now`, in milliseconds since 1970. */
  find(pool: number, plan: StickyPlan, client: string, now: number): number | null;
  /** Keeps `value` of a client until `expiryMs` from now. False where another client had to be forgotten for it. */
  keep(pool: number, plan: StickyPlan, client: string, value: number, now: number): boolean;
}

/** Clients that share a bucket; where they are more, the one that was away longest is forgotten. */
export const STICKY_WAYS = 16;

/** Buckets that all pools share: memory that nobody was in is never touched. */
const BUCKETS = 2 ** 15;

/** Clients that all pools together can remember. */
export const STICKY_CLIENTS_MAX = BUCKETS * STICKY_WAYS;

const SEED = 0;
const HEADER_LENGTH = 2;
/** Of an entry: the two words of its key, until when it counts, its value. */
const ENTRY_LENGTH = 4;
const BUCKET_LENGTH = 1 + STICKY_WAYS * ENTRY_LENGTH;

/** Where a pool's buckets begin: far apart, so that pools share some only where there are many. */
const SPREAD = 0x9e3779b1;

/**
 * The layout of the region `sticky`: Int32 cells. The seed of the hash, then the buckets: a lock (0 = free, else the
 * owner's number + 1), then the entries.
 */
export const StickyLayout = {
  SEED,
  buckets: BUCKETS,
  length: HEADER_LENGTH + BUCKETS * BUCKET_LENGTH,

  /** Once, before anybody reads: the seed is two random 32-bit numbers. */
  writeHeader(cells: Int32Array, seed: readonly [number, number]): void {
    cells[SEED] = seed[0];
    cells[SEED + 1] = seed[1];
  },

  /** The lock of the bucket of a hash among those that a pool of so many clients may use. */
  lockOf(pool: number, clientsMax: number, hash: number): number {
    const own = Math.max(1, Math.floor(clientsMax / STICKY_WAYS));
    return StickyLayout.lock((Math.imul(pool, SPREAD) >>> 0) + ((hash >>> 0) % own));
  },

  lock(bucket: number): number {
    return HEADER_LENGTH + (bucket % BUCKETS) * BUCKET_LENGTH;
  },

  /** First of the two words of a key; what follows is until when it counts, and the value. */
  entry(lock: number, way: number): number {
    return lock + 1 + way * ENTRY_LENGTH;
  },
} as const;
