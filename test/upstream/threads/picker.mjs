// One shard of `test/upstream/threads.test.ts`: picks, connects and ends as fast as it can, and keeps a count of its own.
import { parentPort, workerData } from 'node:worker_threads';
import { UpstreamTable } from '../../../dist/src/core/upstream-table.js';
import { createConnectRates, createPoolPlaces, createSticky } from '../../../dist/src/shared-memory/index.js';
import { createPicker } from '../../../dist/src/upstream/index.js';

const { plan, cells, shards, shard, rounds, heldMax, gate, open, peaks, regions } = workerData;
/** Where all connections of the pool are counted. */
const ALL = plan.backends.length;
const table = new UpstreamTable(plan.backends.length, shards, cells);
const picker = createPicker(plan, table, shard, undefined, regions === undefined ? null : sharedOf(regions));
const held = [];
let refused = 0;

Atomics.add(gate, 0, 1);
Atomics.notify(gate, 0);
for (let ready = Atomics.load(gate, 0); ready < shards; ready = Atomics.load(gate, 0)) {
  Atomics.wait(gate, 0, ready);
}
for (let round = 0; round < rounds; round++) {
  const row = picker.pick(
    0,
    { source: `10.0.${shard}.${round % 200}`, sni: null, tlvs: null, random: (round * 0.618) % 1, now: 0 },
    [],
  );
  if (row < 0) refused++;
  else {
    notePeak(row, Atomics.add(open, row, 1) + 1);
    notePeak(ALL, Atomics.add(open, ALL, 1) + 1);
    held.push(row);
  }
  while (held.length > (row < 0 ? 0 : heldMax)) end(held.shift(), round);
}
if (heldMax < rounds) while (held.length > 0) end(held.shift(), 0);
parentPort.postMessage({ refused });

function end(row, round) {
  Atomics.sub(open, row, 1);
  Atomics.sub(open, ALL, 1);
  if (round % 2 === 0) picker.failed(row);
  else {
    picker.connected(row);
    picker.released(row);
  }
}

function sharedOf(regions) {
  return {
    places: createPoolPlaces(regions, shard, () => {}),
    rates: createConnectRates(regions, () => performance.timeOrigin + performance.now()),
    sticky: createSticky(regions, shard),
    evicted: () => {},
    freed: () => {},
  };
}

function notePeak(row, count) {
  let peak = Atomics.load(peaks, row);
  while (peak < count) peak = Atomics.compareExchange(peaks, row, peak, count);
}
