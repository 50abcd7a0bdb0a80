import { describe, expect, test } from 'vitest';
import type { Bucket } from '../../src/core/bucket.ts';
import { CLIENTS_PER_BUCKET, ClientsLayout } from '../../src/core/places-layout.ts';
import { createBuckets } from '../../src/shared-memory/index.ts';
import { regionsFor } from './state.ts';
import { nextMessage, startThread } from './threads.ts';

const SHARDS = 4;
const STARTED_MS = 10_000;

describe('four threads that take from one bucket at the same time', () => {
  test('take exactly what the rate earns, by a clock that they share, and leave nothing behind', async () => {
    const regions = regionsFor(SHARDS + 1);
    const clock = new Int32Array(new SharedArrayBuffer(4)).fill(STARTED_MS);
    const limits = { bytesPerSecond: 1_000_000, burst: 1_000_000 };
    const bucket = createBuckets(regions, SHARDS, () => clock[0] as number).open('shared') as Bucket;
    bucket.take(limits.burst, limits);
    const common = { regions, limits, clock, rounds: 30_000, roundsPerMs: 50 };
    const threads = Array.from({ length: SHARDS }, (_, shard) => startThread('takers', { ...common, shard }));
    const taken = await Promise.all(threads.map((thread) => nextMessage<number>(thread)));
    Atomics.add(clock, 0, 100);
    const elapsedMs = (clock[0] as number) - STARTED_MS;
    expect(elapsedMs).toBe((SHARDS * common.rounds) / common.roundsPerMs + 100);
    const all = taken.reduce((sum, one) => sum + one, 0);
    expect(all + bucket.available(limits)).toBe(elapsedMs * 1000);
    expect(taken.every((one) => one > 0)).toBe(true);
    bucket.close();

    const names = new Int32Array(regions.bucketNames);
    const layout = ClientsLayout.of(names, regions.shards);
    let held = 0;
    for (let at = 0; at < layout.buckets; at++)
      for (let row = 0; row < CLIENTS_PER_BUCKET; row++) held += layout.count(names, layout.lock(at), row);
    expect(held).toBe(0);
  });
});
