import type { Worker } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import type { SharedRegions } from '../../src/core/regions.ts';
import { createPlaces, reapPlaces, reapTurns, repairPlaces } from '../../src/shared-memory/index.ts';
import { planOf } from './plans.ts';
import { NOTHING, regionsFor, taken } from './state.ts';
import { nextMessage, startThread, until } from './threads.ts';

const SHARDS = 4;

/** Fifty threads start one after another, on a machine that may be busy with other tests. */
const THREADS_MS = 90_000;

interface Held {
  readonly refused: Readonly<Record<string, number>>;
  readonly reserved: number;
}

function int32s(length: number): Int32Array {
  return new Int32Array(new SharedArrayBuffer(length * 4));
}

describe('four threads that take and give back places at the same time', () => {
  const CLIENTS = 3;

  test.each([
    [
      'of the process',
      planOf(7, { connections: 5, connectionsPerIp: 2 }, { connections: 6, connectionsPerIp: 3 }),
    ],
    ['of a listener', planOf(1000, { connections: 5 }, { connections: 1 })],
    ['of a client', planOf(1000, { connectionsPerIp: 2 }, { connectionsPerIp: 1 })],
  ])('never exceed a limit, reach those %s, and leave nothing taken', async (_name, plan) => {
    const regions = regionsFor(SHARDS);
    const listeners = plan.listeners.length;
    const gauges = int32s(2 * (1 + listeners + listeners * CLIENTS));
    const gate = int32s(1);
    const common = { regions, shards: SHARDS, rounds: 35_000, plan, clients: CLIENTS, gauges, gate };
    const threads = Array.from({ length: SHARDS }, (_, shard) =>
      startThread('holders', { ...common, shard }),
    );
    const results = await Promise.all(threads.map((thread) => nextMessage<Held>(thread)));

    const most = (gauge: number): number => gauges[gauge * 2 + 1] as number;
    const limits: (readonly [gauge: number, max: number])[] = [[0, plan.limits.connections.value]];
    for (const [listener, { limits: of }] of plan.listeners.entries()) {
      limits.push([1 + listener, of.connections]);
      for (let client = 0; client < CLIENTS; client++)
        limits.push([1 + listeners + listener * CLIENTS + client, of.connectionsPerIp]);
    }
    const kept = limits.filter(([, max]) => max > 0 && max < 1000);
    expect(kept.map(([gauge]) => most(gauge))).toEqual(kept.map(([, max]) => max));
    expect(results.map(({ reserved }) => reserved)).toEqual([0, 0, 0, 0]);
    expect(results.every(({ refused }) => Object.keys(refused).length > 0)).toBe(true);
    expect([...gauges].filter((_, at) => at % 2 === 0 && gauges[at] !== 0)).toEqual([]);
    expect(taken(regions)).toEqual(NOTHING);
  });

  test('accept exactly as many as the rate allows, by a clock that they share', async () => {
    const regions = regionsFor(SHARDS);
    const plan = planOf(1000, { acceptRate: 100 });
    const clock = int32s(1);
    const places = createPlaces(regions, SHARDS - 1, () => clock[0] as number);
    const drain = (): number => {
      let count = 0;
      while (places.reserve(plan, 0, '') === null) count++;
      return count;
    };
    expect(drain()).toBe(100);
    const common = { regions, plan, clock, rounds: 40_000, roundsPerMs: 8 };
    const threads = Array.from({ length: SHARDS }, (_, shard) =>
      startThread('accepters', { ...common, shard }),
    );
    const accepted = await Promise.all(threads.map((thread) => nextMessage<number>(thread)));
    const elapsedMs = (SHARDS * common.rounds) / common.roundsPerMs;
    expect(clock[0]).toBe(elapsedMs);
    const all = accepted.reduce((sum, one) => sum + one, 0) + drain();
    expect(all).toBe((elapsedMs / 1000) * 100);
  });
});

describe('threads that are ended at random moments', () => {
  const ROUNDS = 25;
  const plan = planOf(7, { connections: 5, connectionsPerIp: 2 }, { connectionsPerIp: 3 });

  test(
    'two by two, fifty in all, leave nothing behind, while the others go on',
    async () => {
      const regions = regionsFor(SHARDS);
      const progress = int32s(SHARDS);
      const calm = int32s(SHARDS).fill(1);
      let seed = 1;
      const start = (shard: number): Worker =>
        startThread('mortals', { regions, shard, seed: seed++, plan, progress, calm });
      const threads = Array.from({ length: SHARDS }, (_, shard) => start(shard));
      for (let round = 0; round < ROUNDS; round++) {
        const ended = [round % SHARDS, (round + 1) % SHARDS];
        for (const shard of ended) await advanced(progress, shard, 1);
        for (const shard of ended) Atomics.store(calm, shard, 0);
        await advanced(progress, ended[0] as number, 50 + ((round * 7919) % 500));
        await Promise.all(ended.map((shard) => threads[shard]?.terminate()));
        await reap(regions, ended);
        for (const shard of ended) expect(createPlaces(regions, shard, () => 0).reserved).toBe(0);
        await advanced(progress, (round + 2) % SHARDS, 1);
        for (const shard of ended) {
          Atomics.store(calm, shard, 1);
          threads[shard] = start(shard);
        }
      }
      for (const [shard, thread] of threads.entries()) {
        await advanced(progress, shard, 1);
        await thread.terminate();
        await reap(regions, [shard]);
      }
      expect(taken(regions)).toEqual(NOTHING);
    },
    THREADS_MS,
  );

  /** Resolves when a thread has gone round so many times more. */
  async function advanced(progress: Int32Array, shard: number, rounds: number): Promise<void> {
    const goal = Atomics.load(progress, shard) + rounds;
    await until(() => Atomics.load(progress, shard) >= goal);
  }

  async function reap(regions: SharedRegions, dead: readonly number[]): Promise<void> {
    for (const shard of dead) reapTurns(regions, shard);
    const whole = dead.map((shard) => reapPlaces(regions, shard));
    if (whole.includes(false)) await until(() => repairPlaces(regions));
  }
});
