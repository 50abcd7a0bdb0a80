import { workerData } from 'node:worker_threads';
import { createPlaces, createTurns } from '../../../dist/src/shared-memory/index.js';
import { diceOf } from './dice.mjs';

/**
 * Takes, waits and gives back until it is ended from outside. `progress` says how often it has gone round. Where `calm` is
 * set it pauses now and then, so that other threads can start.
 */
const { regions, shard, seed, plan, progress, calm } = workerData;
const places = createPlaces(regions, shard, () => 0);
const turns = createTurns(regions, shard, () => {});
const roll = diceOf(seed);
const held = [];
const HELD_MAX = 3;
const ROUNDS_TO_PAUSE = 32;

for (;;) {
  const listener = roll(plan.listeners.length);
  const client = `192.0.2.${roll(3)}`;
  const refusal = places.reserve(plan, listener, client);
  if (refusal === null) held.push([listener, client]);
  turns.publish(listener, refusal === null ? 0 : 1);
  if (held.length > roll(HELD_MAX)) places.release(plan, ...held.splice(roll(held.length), 1)[0]);
  const rounds = Atomics.add(progress, shard, 1);
  if (rounds % ROUNDS_TO_PAUSE === 0) Atomics.wait(calm, shard, 1, 1);
}
