import type { SharedRegions } from '../../src/core/regions.ts';
import type { ShardParts } from '../../src/shard.ts';
import { createConnectRates, createPoolPlaces, createSticky } from '../../src/shared-memory/index.ts';

/** What a shard is given of pools; `wake` does nothing where absent. */
export function poolsOf(
  regions: SharedRegions,
  shard: number,
  now: () => number,
  wake: (shard: number) => void = () => {},
): ShardParts['pools'] {
  return {
    places: createPoolPlaces(regions, shard, wake),
    rates: createConnectRates(regions, now),
    sticky: createSticky(regions, shard),
  };
}
