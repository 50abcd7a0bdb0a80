/**
 * The shared memory of a service: what a shard's thread is given. `src/shared-memory` allocates it and knows what is where;
 * the layouts are those of `CountersLayout`, `FactsRingLayout`, `SHARD_WORDS`, `UpstreamTable`, `PlacesLayout`, `PoolsLayout`,
 * `StickyLayout` and `BucketsLayout`.
 */
export interface SharedRegions {
  /** How many shards the columns are laid out for; the control thread counts as the last one where it has a plane. */
  readonly shards: number;
  /** Float64 cells of each shard. */
  readonly counters: readonly SharedArrayBuffer[];
  /** Facts of each shard on their way to control. */
  readonly rings: readonly SharedArrayBuffer[];
  /** Words of each shard. */
  readonly words: readonly SharedArrayBuffer[];
  /** One row a backend. */
  readonly upstreams: SharedArrayBuffer;
  /** Connections by limit, and whose turn it is. */
  readonly places: SharedArrayBuffer;
  /** Connections by client address. */
  readonly clients: SharedArrayBuffer;
  /** Accept rates. */
  readonly rates: SharedArrayBuffer;
  /** Connect rates, one word a backend. */
  readonly connectRates: SharedArrayBuffer;
  /** Places of pools, who waits for one, and in what order. */
  readonly pools: SharedArrayBuffer;
  /** Which backend a client comes back to. */
  readonly sticky: SharedArrayBuffer;
  /** Names of buckets, laid out as `clients`. */
  readonly bucketNames: SharedArrayBuffer;
  /** What is in the buckets, by the row of their name. */
  readonly buckets: SharedArrayBuffer;
}
