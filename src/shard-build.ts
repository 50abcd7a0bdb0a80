import { randomFillSync } from 'node:crypto';
import { errorFact } from './core/error-fact.ts';
import type { FactSink } from './core/facts.ts';
import type { Plane } from './core/ports.ts';
import type { SharedRegions } from './core/regions.ts';
import { readWord } from './core/shard-words.ts';
import { Shard } from './shard.ts';
import { COUNTERS } from './shard-counters.ts';
import {
  countersOf,
  createBuckets,
  createConnectRates,
  createPlaces,
  createPoolPlaces,
  createSticky,
  createTurns,
  upstreamTableOf,
  wordsOf,
} from './shared-memory/index.ts';
import { createTlsSessions } from './tls/index.ts';

/** What a shard is made from, on whatever thread. */
export interface ShardMaking {
  readonly number: number;
  readonly generation: number;
  readonly regions: SharedRegions;
  readonly plane: Plane;
  /** See `ThreadPlane.needNode`; absent on a thread whose loop is Node's. */
  readonly needNode?: () => void;
  /** What it is given of an end is lent until it returns. */
  readonly emit: FactSink;
  /** Wakes another shard, whose turn it is. */
  readonly wake: (shard: number) => void;
}

/** A shard over the shared regions. It owns none of its parts. */
export function buildShard(making: ShardMaking): Shard {
  const { number, generation, regions, plane, needNode, emit, wake } = making;
  const words = regions.words.map((_, shard) => wordsOf(regions, shard));
  return new Shard({
    number,
    generation,
    plane,
    tls: createTlsSessions({
      onError: (error) => emit(errorFact(error, plane.timers.epoch + plane.timers.now())),
      ...(needNode && { needNode }),
    }),
    emit,
    table: upstreamTableOf(regions),
    admission: createPlaces(regions, number, () => plane.timers.now()),
    turns: createTurns(regions, number, wake),
    pools: {
      places: createPoolPlaces(regions, number, wake),
      rates: createConnectRates(regions, () => plane.timers.now()),
      sticky: createSticky(regions, number),
    },
    buckets: createBuckets(regions, number, () => plane.timers.now()),
    counters: { layout: COUNTERS, cells: countersOf(regions, number) },
    random: (bytes) => void randomFillSync(bytes),
    words: wordsOf(regions, number),
    descriptors: () => words.reduce((sum, shard) => sum + readWord(shard, 'DESCRIPTORS'), 0),
  });
}
