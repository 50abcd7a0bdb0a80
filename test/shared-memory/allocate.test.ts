import { describe, expect, test } from 'vitest';
import { FACTS_RING_BYTES, FactsRingLayout } from '../../src/core/facts-ring.ts';
import { ClientsLayout } from '../../src/core/places-layout.ts';
import { SHARDS_MAX } from '../../src/core/plan.ts';
import { writeWord } from '../../src/core/shard-words.ts';
import { UPSTREAM_ROWS_MAX } from '../../src/core/upstream-table.ts';
import {
  allocateRegions,
  countersOf,
  createPlaces,
  ringOf,
  upstreamTableOf,
  wordsOf,
} from '../../src/shared-memory/index.ts';
import { planOf } from './plans.ts';
import { NOTHING, taken } from './state.ts';

describe('the regions of a service', () => {
  test.each([1, 5, SHARDS_MAX + 1])('for %d shards are empty, and each shard has its own', (shards) => {
    const regions = allocateRegions({ shards, connections: 100, countersLength: 12 });
    expect(taken(regions)).toEqual(NOTHING);
    for (const list of [regions.counters, regions.rings, regions.words])
      expect(new Set(list).size).toBe(shards);
    for (let shard = 0; shard < shards; shard++) {
      expect(countersOf(regions, shard)).toEqual(new Float64Array(12));
      expect(new FactsRingLayout(ringOf(regions, shard)).capacity).toBe(FACTS_RING_BYTES);
      writeWord(wordsOf(regions, shard), 'CONNECTIONS', shard);
    }
    expect(wordsOf(regions, shards - 1)).toContain(shards - 1);
    expect(createPlaces(regions, shards - 1, () => 0).reserve(planOf(1, {}), 0, 'x')).toBeNull();
  });

  test('the table of backends has a row for every backend of any plan and is one for all', () => {
    const regions = allocateRegions({ shards: 3, connections: 1, countersLength: 1 });
    const [one, other] = [upstreamTableOf(regions), upstreamTableOf(regions)];
    one.setWeight(UPSTREAM_ROWS_MAX - 1, 7);
    expect([other.rows, other.shards, other.weight(UPSTREAM_ROWS_MAX - 1)]).toEqual([
      UPSTREAM_ROWS_MAX,
      3,
      7,
    ]);
  });

  test('the hash of clients has another seed in each service', () => {
    const seed = () => {
      const { clients } = allocateRegions({ shards: 1, connections: 1, countersLength: 1 });
      return [...new Int32Array(clients).subarray(ClientsLayout.SEED, ClientsLayout.SEED + 2)].join();
    };
    expect(new Set(Array.from({ length: 5 }, seed)).size).toBe(5);
  });

  test.each([0, -1, 1.5, SHARDS_MAX + 2, Number.NaN])('%s shards are refused', (shards) => {
    expect(() => allocateRegions({ shards, connections: 1, countersLength: 1 })).toThrow(RangeError);
  });

  test('a shard that is not there is an error', () => {
    const regions = allocateRegions({ shards: 2, connections: 1, countersLength: 1 });
    for (const open of [countersOf, wordsOf, ringOf])
      expect(() => open(regions, 2)).toThrow('there is no shard 2, there are 2');
  });
});
