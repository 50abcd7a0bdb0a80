import { LISTENERS_MAX } from './plan.ts';
import { Tally } from './tally.ts';

/** Row of the tally that counts all connections of the process. */
export const PROCESS_ROW = 0;

/** Row of the tally that counts a listener's connections. */
export function listenerRow(listener: number): number {
  return 1 + listener;
}

/** Row of the tally that counts who waits for a place of a listener. */
export function queueRow(listener: number): number {
  return listenerRow(LISTENERS_MAX) + listener;
}

/**
 * The layout of the region `places`: Int32 cells. First a `Tally`, then one word that says that somebody was refused for
 * want of a place of the process, then whose turn it is by listener, who waits by listener and shard, who waits by shard.
 */
export class PlacesLayout {
  readonly shards: number;
  /** Rows of the tally. */
  readonly rows = queueRow(LISTENERS_MAX);
  readonly tallyLength: number;
  readonly processRefused: number;
  readonly length: number;

  constructor(shards: number) {
    this.shards = shards;
    this.tallyLength = Tally.cells(this.rows, shards);
    this.processRefused = this.tallyLength;
    this.length = this.waitingInShard(shards);
  }

  /** The shard from which the next one to be let in is looked for. */
  turn(listener: number): number {
    return this.processRefused + 1 + listener;
  }

  /** How many wait for a listener in a shard; those of one listener lie side by side. */
  waiting(listener: number, shard: number): number {
    return this.turn(LISTENERS_MAX) + listener * this.shards + shard;
  }

  /** How many wait in a shard, for whatever listener. */
  waitingInShard(shard: number): number {
    return this.waiting(LISTENERS_MAX, 0) + shard;
  }
}

/** Clients that a bucket has room for; the next is refused. */
export const CLIENTS_PER_BUCKET = 8;

/**
 * Most buckets of a table of clients: enough for 262,144 clients at an eighth of the room; with more, buckets are fuller.
 * Memory that no client was in is never touched.
 */
export const CLIENT_BUCKETS_MAX = 2 ** 18;

const SEED = 0;
const BUCKETS = 2;
const HEADER_LENGTH = 4;
const KEY_LENGTH = 2;

/**
 * The layout of the region `clients`: Int32 cells. A header with the seed of the hash and the number of buckets, then the
 * buckets: a lock (0 = free, else the owner's number + 1), the keys, then how often each is counted, by shard.
 */
export class ClientsLayout {
  static readonly SEED = SEED;
  readonly buckets: number;
  readonly length: number;
  readonly #shards: number;
  readonly #bucketLength: number;

  /** `buckets` is a power of two. */
  constructor(shards: number, buckets: number) {
    this.buckets = buckets;
    this.#shards = shards;
    this.#bucketLength = 1 + CLIENTS_PER_BUCKET * (KEY_LENGTH + shards);
    this.length = HEADER_LENGTH + buckets * this.#bucketLength;
  }

  /** Room for so many clients at an eighth of the room; a power of two. */
  static bucketsFor(clients: number): number {
    let buckets = 1;
    while (buckets < clients && buckets < CLIENT_BUCKETS_MAX) buckets *= 2;
    return buckets;
  }

  /** The layout of a region that `writeHeader` has prepared. Throws a RangeError where the region has another length. */
  static of(cells: Int32Array, shards: number): ClientsLayout {
    const layout = new ClientsLayout(shards, cells[BUCKETS] as number);
    if (layout.length !== cells.length)
      throw new RangeError(
        `${cells.length} cells for clients, ${layout.length} are laid out for ${shards} shards`,
      );
    return layout;
  }

  /** Once, before anybody reads: the seed is two random 32-bit numbers. */
  writeHeader(cells: Int32Array, seed: readonly [number, number]): void {
    cells[SEED] = seed[0];
    cells[SEED + 1] = seed[1];
    cells[BUCKETS] = this.buckets;
  }

  /** The lock of a bucket; `bucket` is a hash of which the lowest bits are used. */
  lock(bucket: number): number {
    return HEADER_LENGTH + (bucket & (this.buckets - 1)) * this.#bucketLength;
  }

  /** First of the two words of a key; `lock` is the bucket's. */
  key(lock: number, row: number): number {
    return lock + 1 + row * KEY_LENGTH;
  }

  /** How often a shard counts a client. Those of one shard lie side by side. */
  column(lock: number, row: number, shard: number): number {
    return lock + 1 + CLIENTS_PER_BUCKET * (KEY_LENGTH + shard) + row;
  }

  /** Number of the row in the whole table that `column` yielded a cell for. */
  rowOf(cell: number, shard: number): number {
    const bucket = Math.floor((cell - HEADER_LENGTH) / this.#bucketLength);
    return bucket * CLIENTS_PER_BUCKET + (cell - this.column(this.lock(bucket), 0, shard));
  }

  /** How often all shards count a client. */
  count(cells: Int32Array, lock: number, row: number): number {
    let sum = 0;
    for (let shard = 0; shard < this.#shards; shard++)
      sum += Atomics.load(cells, this.column(lock, row, shard));
    return sum;
  }
}

/** BigInt64 cells of the region `rates`: one a listener, the time in nanoseconds at which its rate is paid off. */
export const RATES_LENGTH = LISTENERS_MAX;
