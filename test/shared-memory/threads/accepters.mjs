import { parentPort, workerData } from 'node:worker_threads';
import { createPlaces } from '../../../dist/src/shared-memory/index.js';

/** Tries for a place again and again, gives it back at once, and moves a clock that all shards share. */
const { regions, shard, rounds, plan, clock, roundsPerMs } = workerData;
const places = createPlaces(regions, shard, () => Atomics.load(clock, 0));
let accepted = 0;
for (let round = 1; round <= rounds; round++) {
  if (places.reserve(plan, 0, '') === null) {
    accepted++;
    places.release(plan, 0, '');
  }
  if (round % roundsPerMs === 0) Atomics.add(clock, 0, 1);
}
parentPort.postMessage(accepted);
