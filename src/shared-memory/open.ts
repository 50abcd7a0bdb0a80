import type { SharedRegions } from '../core/regions.ts';
import { UPSTREAM_ROWS_MAX, UpstreamTable } from '../core/upstream-table.ts';

/** A shard's counters; what is where says the `CountersLayout` they were allocated for. */
export function countersOf(regions: SharedRegions, shard: number): Float64Array {
  return new Float64Array(ofShard(regions.counters, shard));
}

/** A shard's words; what is where says `SHARD_WORDS`. */
export function wordsOf(regions: SharedRegions, shard: number): Int32Array {
  return new Int32Array(ofShard(regions.words, shard));
}

/** A shard's ring, for its `FactsWriter` and for control's `FactsReader`. */
export function ringOf(regions: SharedRegions, shard: number): SharedArrayBuffer {
  return ofShard(regions.rings, shard);
}

/** The table of backends, with a row for as many as any plan can have. */
export function upstreamTableOf(regions: SharedRegions): UpstreamTable {
  return new UpstreamTable(UPSTREAM_ROWS_MAX, regions.shards, new Int32Array(regions.upstreams));
}

function ofShard<T>(list: readonly T[], shard: number): T {
  const found = list[shard];
  if (found === undefined) throw new RangeError(`there is no shard ${shard}, there are ${list.length}`);
  return found;
}
