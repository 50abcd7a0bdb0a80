import { parentPort, workerData } from 'node:worker_threads';
import { createPlaces } from '../../../dist/src/shared-memory/index.js';
import { diceOf } from './dice.mjs';

/**
 * Takes and gives back places at random, up to a few at once, and counts on its own in `gauges` (pairs of now and most) how
 * many there are: of the process, of each listener, of each client of each listener.
 */
const { regions, shard, shards, rounds, plan, clients, gauges, gate } = workerData;
const places = createPlaces(regions, shard, () => 0);
const roll = diceOf(shard + 1);
const held = [];
const refused = {};
const HELD_MAX = 4;

waitForAll();
for (let round = 0; round < rounds; round++) {
  const listener = roll(plan.listeners.length);
  const client = roll(clients);
  const refusal = places.reserve(plan, listener, `192.0.2.${client}`);
  if (refusal === null) take({ listener, client });
  else refused[refusal] = (refused[refusal] ?? 0) + 1;
  if (held.length > roll(HELD_MAX)) give(held.splice(roll(held.length), 1)[0]);
}
while (held.length > 0) give(held.pop());
parentPort.postMessage({ refused, reserved: places.reserved });

function take(place) {
  held.push(place);
  for (const gauge of gaugesOf(place)) {
    const now = Atomics.add(gauges, gauge, 1) + 1;
    let most = Atomics.load(gauges, gauge + 1);
    while (now > most) {
      const seen = Atomics.compareExchange(gauges, gauge + 1, most, now);
      most = seen === most ? now : seen;
    }
  }
}

function give(place) {
  for (const gauge of gaugesOf(place)) Atomics.sub(gauges, gauge, 1);
  places.release(plan, place.listener, `192.0.2.${place.client}`);
}

function gaugesOf({ listener, client }) {
  return [0, 1 + listener, 1 + plan.listeners.length + listener * clients + client].map((gauge) => gauge * 2);
}

function waitForAll() {
  if (Atomics.add(gate, 0, 1) === shards - 1) Atomics.notify(gate, 0);
  for (let here = Atomics.load(gate, 0); here < shards; here = Atomics.load(gate, 0))
    Atomics.wait(gate, 0, here);
}
