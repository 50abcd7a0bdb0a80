import { randomFillSync } from 'node:crypto';
import type { FactSink } from './core/facts.ts';
import type { Plane } from './core/ports.ts';
import type { SharedRegions } from './core/regions.ts';
import { readWord } from './core/shard-words.ts';
import { Shard } from './shard.ts';
import { COUNTERS } from './shard-counters.ts';
import { countersOf, createPlaces, createTurns, upstreamTableOf, wordsOf } from './shared-memory/index.ts';

/** What a shard is made from, on whatever thread. */
export interface ShardMaking {
  readonly number: number;
  readonly generation: number;
  readonly regions: SharedRegions;
  readonly plane: Plane;
  readonly emit: FactSink;
  /** Wakes another shard, whose turn it is. */
  readonly wake: (shard: number) => void;
}

/** A shard over the shared regions. It owns none of its parts. */
export function buildShard({ number, generation, regions, plane, emit, wake }: ShardMaking): Shard {
  const words = regions.words.map((_, shard) => wordsOf(regions, shard));
  return new Shard({
    number,
    generation,
    plane,
    tls: undefined as never,
    emit,
    table: upstreamTableOf(regions),
    admission: createPlaces(regions, number, () => plane.timers.now()),
    turns: createTurns(regions, number, wake),
    counters: { layout: COUNTERS, cells: countersOf(regions, number) },
    random: (bytes) => void randomFillSync(bytes),
    words: wordsOf(regions, number),
    descriptors: () => words.reduce((sum, shard) => sum + readWord(shard, 'DESCRIPTORS'), 0),
  });
}
