import { parentPort, workerData } from 'node:worker_threads';
import { createBuckets } from '../../../dist/src/shared-memory/index.js';

/** Takes from a bucket again and again, opens and closes others, and moves a clock that all shards share. */
const { regions, shard, rounds, limits, clock, roundsPerMs } = workerData;
const buckets = createBuckets(regions, shard, () => Atomics.load(clock, 0));
const bucket = buckets.open('shared');
let taken = 0;
for (let round = 1; round <= rounds; round++) {
  const bytes = Math.min(bucket.available(limits), 1 + (round % 700));
  if (bytes > 0) {
    bucket.take(bytes, limits);
    taken += bytes;
  }
  if (round % 16 === 0) {
    const other = buckets.open(`other ${round % 64}`);
    other?.wait(true, limits);
    other?.close();
  }
  if (round % roundsPerMs === 0) Atomics.add(clock, 0, 1);
}
bucket.close();
parentPort.postMessage(taken);
