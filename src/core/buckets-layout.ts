/**
 * The layout of the region `buckets`. BigInt64 cells first, two a row: the time at which the bucket was empty, or will be
 * where more was taken than there was, and the time up to which what is earned is kept beyond the burst; both in
 * nanoseconds. Then Int32 cells: how many hold bytes, by row and shard.
 */
export class BucketsLayout {
  readonly rows: number;
  readonly shards: number;
  /** Length of the region. */
  readonly bytes: number;
  readonly #timesBytes: number;

  constructor(shards: number, rows: number) {
    this.rows = rows;
    this.shards = shards;
    this.#timesBytes = 2 * rows * BigInt64Array.BYTES_PER_ELEMENT;
    this.bytes = this.#timesBytes + rows * shards * Int32Array.BYTES_PER_ELEMENT;
  }

  /** The times of a region of this layout. */
  times(region: SharedArrayBuffer): BigInt64Array {
    return new BigInt64Array(region, 0, 2 * this.rows);
  }

  /** Who holds bytes, in a region of this layout. */
  waiting(region: SharedArrayBuffer): Int32Array {
    return new Int32Array(region, this.#timesBytes, this.rows * this.shards);
  }

  emptyAt(row: number): number {
    return 2 * row;
  }

  keptUntil(row: number): number {
    return 2 * row + 1;
  }

  /** Those of one row lie side by side. */
  waitingIn(row: number, shard: number): number {
    return row * this.shards + shard;
  }
}
