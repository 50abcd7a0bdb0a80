import { randomBytes } from 'node:crypto';
import { BucketsLayout } from '../core/buckets-layout.ts';
import { FactsRingLayout } from '../core/facts-ring.ts';
import { CLIENTS_PER_BUCKET, ClientsLayout, PlacesLayout, RATES_LENGTH } from '../core/places-layout.ts';
import { SHARDS_MAX } from '../core/plan.ts';
import { PoolsLayout } from '../core/pools-layout.ts';
import type { SharedRegions } from '../core/regions.ts';
import { allocateShardWords } from '../core/shard-words.ts';
import { StickyLayout } from '../core/sticky.ts';
import { UPSTREAM_ROWS_MAX, UpstreamTable } from '../core/upstream-table.ts';

/** How much a service shares. */
export interface RegionsShape {
  /** 1 to SHARDS_MAX, and one more for the main thread. */
  readonly shards: number;
  /** Connections of the process, by its limit. Later plans may have more; the table of clients is then fuller. */
  readonly connections: number;
  /** Float64 cells of a shard's counters. */
  readonly countersLength: number;
  /** Bytes of a shard's ring of facts, a power of two; absent: FACTS_RING_BYTES. */
  readonly ringBytes?: number;
}

/**
 * The shared memory of a service, zeroed but for the seed of the hash of clients. Laid out for as many listeners and
 * backends as any plan can have, since memory that nobody touches costs nothing. Throws a RangeError on a wrong shape.
 */
export function allocateRegions({
  shards,
  connections,
  countersLength,
  ringBytes,
}: RegionsShape): SharedRegions {
  if (!(Number.isInteger(shards) && shards >= 1 && shards <= SHARDS_MAX + 1))
    throw new RangeError(`${shards} shards: from 1 to ${SHARDS_MAX + 1} are possible`);
  const each = <T>(make: () => T): T[] => Array.from({ length: shards }, make);
  return {
    shards,
    counters: each(() => new SharedArrayBuffer(countersLength * Float64Array.BYTES_PER_ELEMENT)),
    rings: each(() => FactsRingLayout.allocate(ringBytes)),
    words: each(() => allocateShardWords().buffer),
    upstreams: int32Cells(UpstreamTable.cells(UPSTREAM_ROWS_MAX, shards)),
    places: int32Cells(new PlacesLayout(shards).length),
    clients: allocateClients(shards, connections),
    rates: new SharedArrayBuffer(RATES_LENGTH * BigInt64Array.BYTES_PER_ELEMENT),
    connectRates: new SharedArrayBuffer(UPSTREAM_ROWS_MAX * BigInt64Array.BYTES_PER_ELEMENT),
    pools: new SharedArrayBuffer(new PoolsLayout(shards).bytes),
    sticky: allocateSticky(),
    bucketNames: allocateClients(shards, connections),
    buckets: new SharedArrayBuffer(
      new BucketsLayout(shards, ClientsLayout.bucketsFor(connections) * CLIENTS_PER_BUCKET).bytes,
    ),
  };
}

function allocateClients(shards: number, connections: number): SharedArrayBuffer {
  const layout = new ClientsLayout(shards, ClientsLayout.bucketsFor(connections));
  const buffer = int32Cells(layout.length);
  const seed = randomBytes(8);
  layout.writeHeader(new Int32Array(buffer), [seed.readInt32LE(0), seed.readInt32LE(4)]);
  return buffer;
}

function allocateSticky(): SharedArrayBuffer {
  const buffer = int32Cells(StickyLayout.length);
  const seed = randomBytes(8);
  StickyLayout.writeHeader(new Int32Array(buffer), [seed.readInt32LE(0), seed.readInt32LE(4)]);
  return buffer;
}

function int32Cells(length: number): SharedArrayBuffer {
  return new SharedArrayBuffer(length * Int32Array.BYTES_PER_ELEMENT);
}
