import { Tally } from './tally.ts';
import { UPSTREAM_ROWS_MAX } from './upstream-table.ts';

/** Pools of a plan, those that a reload took away included: each has a row of its own in the upstream table. */
export const POOL_SLOTS_MAX = UPSTREAM_ROWS_MAX;

/**
 * The layout of the region `pools`. BigInt64 cells first: the next ticket by pool, then the key of the first that waits by
 * pool and shard. Then the Int32 cells of a `Tally`: the places of each pool, then those in its queue.
 */
export class PoolsLayout {
  readonly shards: number;
  /** Rows of the tally. */
  readonly rows = 2 * POOL_SLOTS_MAX;
  /** Length of the region. */
  readonly bytes: number;
  readonly #ordersBytes: number;

  constructor(shards: number) {
    this.shards = shards;
    this.#ordersBytes = POOL_SLOTS_MAX * (1 + shards) * BigInt64Array.BYTES_PER_ELEMENT;
    this.bytes = this.#ordersBytes + Tally.cells(this.rows, shards) * Int32Array.BYTES_PER_ELEMENT;
  }

  /** Tickets and keys of a region of this layout. */
  orders(region: SharedArrayBuffer): BigInt64Array {
    return new BigInt64Array(region, 0, POOL_SLOTS_MAX * (1 + this.shards));
  }

  tally(region: SharedArrayBuffer): Tally {
    return new Tally(new Int32Array(region, this.#ordersBytes), this.rows, this.shards);
  }

  ticket(pool: number): number {
    return pool;
  }

  /** Those of one pool lie side by side. */
  first(pool: number, shard: number): number {
    return POOL_SLOTS_MAX + pool * this.shards + shard;
  }

  placesRow(pool: number): number {
    return pool;
  }

  queueRow(pool: number): number {
    return POOL_SLOTS_MAX + pool;
  }
}
