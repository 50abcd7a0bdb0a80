import { Observable, of, VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { ChaosPlan } from '../../src/core/chaos-plan.ts';
import type { Chunk } from '../../src/core/chunk.ts';
import { parseCidr } from '../../src/core/cidr.ts';
import type { LatencyPlan } from '../../src/core/stage-plan.ts';
import { AffectedConnections, buildStages, type ChaosEnv, liveStage } from '../../src/stream/index.ts';
import { chain, chaosOf, envOf } from './chaos-env.ts';
import { chunkOf } from './chunks.ts';
import { stageContract } from './contract.ts';
import { record } from './recorder.ts';

const latency = (said: Partial<ChaosPlan>, ms = 100): LatencyPlan => ({
  kind: 'latency',
  up: ms,
  down: ms,
  jitterMs: 0,
  distribution: 'uniform',
  chaos: chaosOf(said),
});

const times = (fromMs: number, forMs: number, everyMs: number, expiresMs = 0) => ({
  schedule: { fromMs, forMs, everyMs, expiresMs },
});

for (const said of [
  { toxicity: 0 },
  times(0, 60, 0),
  times(40, 0, 0),
  times(20, 30, 60, 1000),
  { maxAffected: 0.5 },
])
  stageContract(`latency with ${JSON.stringify(said)}`, ({ scheduler, dropped }) =>
    chain([latency(said)], envOf(scheduler, 1, {}, dropped)),
  );

const numbers = Array.from({ length: 2000 }, (_, number) => number);
const isAffected = (said: Partial<ChaosPlan>, number: number, more: Partial<ChaosEnv> = {}) =>
  buildStages([latency(said)], 'up', envOf(new VirtualTimeScheduler(), number, more)).length > 0;

describe('toxicity', () => {
  it('is the share of connections that are affected, in both directions alike', () => {
    const said = { toxicity: 0.3, seed: 1 };
    const affected = numbers.filter((number) => isAffected(said, number));
    expect(Math.abs(affected.length / 2000 - 0.3)).toBeLessThan(0.03);
    for (const number of numbers) {
      const env = envOf(new VirtualTimeScheduler(), number);
      const [up, down] = (['up', 'down'] as const).map(
        (way) => buildStages([latency(said)], way, env).length,
      );
      expect(up).toBe(down);
    }
  });

  it('affects the same connections with the same seed, and others with another', () => {
    const who = (seed: number) => numbers.filter((number) => isAffected({ toxicity: 0.3, seed }, number));
    expect(who(1)).toEqual(who(1));
    expect(who(2)).not.toEqual(who(1));
  });

  it('is decided by itself for each of two stages that have no seed', () => {
    const both = numbers.map((number) => {
      const env = envOf(new VirtualTimeScheduler(), number);
      return buildStages([latency({ toxicity: 0.5 }), latency({ toxicity: 0.5 })], 'up', env).length;
    });
    expect(Math.abs(both.filter((count) => count === 1).length / 2000 - 0.5)).toBeLessThan(0.05);
  });

  it('of 0 affects nobody and of 1 everybody', () => {
    expect(numbers.filter((number) => isAffected({ toxicity: 0 }, number))).toEqual([]);
    expect(numbers.filter((number) => isAffected({ toxicity: 1 }, number))).toEqual(numbers);
  });
});

describe('a target', () => {
  const target = (source: string[], clients = 1) => ({
    target: {
      source: source.map((text) => {
        const cidr = parseCidr(text);
        if (typeof cidr === 'string') throw new Error(cidr);
        return cidr;
      }),
      clients,
    },
  });

  it('is whoever comes from its networks', () => {
    const said = target(['10.0.0.0/8', '2001:db8::/32']);
    for (const source of ['10.1.2.3', '::ffff:10.1.2.3', '2001:db8::1'])
      expect(isAffected(said, 1, { source }), source).toBe(true);
    for (const source of ['11.1.2.3', '2001:db9::1', ''])
      expect(isAffected(said, 1, { source }), source).toBe(false);
  });

  it('is a part of the addresses, the same in each of their connections', () => {
    const said = target([], 0.25);
    const who = (number: number) =>
      numbers.filter((last) => isAffected(said, number, { source: `10.0.${last >> 8}.${last & 255}` }));
    expect(Math.abs(who(1).length / 2000 - 0.25)).toBeLessThan(0.03);
    expect(who(2)).toEqual(who(1));
  });
});

/** When messages pass that were sent each 10 ms. */
function passing(said: Partial<ChaosPlan>, startedAt: number, until: number) {
  const scheduler = new VirtualTimeScheduler();
  const source = new Observable<Chunk>((output) => {
    for (let time = 0; time < until; time += 10)
      scheduler.schedule(
        () => output.next({ bytes: new Uint8Array([time / 10]), at: time, borrowed: true }),
        time,
      );
    scheduler.schedule(() => output.complete(), until);
  });
  const seen = record(chain([latency(said, 25)], envOf(scheduler, 1, { startedAt }))(source), scheduler);
  scheduler.flush();
  const sent = seen.chunks.flatMap((chunk, index) => [...chunk.bytes].map(() => seen.times[index] ?? 0));
  expect(seen.chunks.flatMap(({ bytes }) => [...bytes])).toEqual(sent.map((_, index) => index));
  return sent.map((time, index) => time - index * 10);
}

describe('a schedule', () => {
  it('lets faults begin and end in a live stream, in order and without loss', () => {
    expect(passing(times(15, 30, 0), 0, 100)).toEqual([0, 0, 25, 25, 25, 15, 5, 0, 0, 0]);
  });

  it('counts from the start of the plan, and repeats', () => {
    const took = passing(times(0, 10, 100), -55, 300);
    expect(took.flatMap((ms, index) => (ms === 25 ? [index] : []))).toEqual([5, 15, 25]);
  });

  it('ends for good', () => {
    expect(passing(times(0, 0, 0, 35), 0, 80).map((ms) => ms > 0)).toEqual([
      true,
      true,
      true,
      true,
      true,
      true,
      false,
      false,
    ]);
  });
});

describe('the safety cap', () => {
  it('lets no more than its share of the live connections be affected at once, and counts each once', () => {
    let live = 0;
    const counter = new AffectedConnections(() => live);
    const open = () => {
      live++;
      const env = envOf(new VirtualTimeScheduler(), live, { affected: counter.forConnection() });
      const streams = (['up', 'down'] as const).map((direction) => {
        const stage = chain([latency({ maxAffected: 0.2 }), latency({ maxAffected: 0.2 })], env, direction);
        return record(stage(new Observable<Chunk>()), env.scheduler).subscription;
      });
      return () => {
        live--;
        for (const stream of streams) stream.unsubscribe();
      };
    };
    const closers = Array.from({ length: 20 }, () => {
      const close = open();
      expect(counter.affected).toBeLessThanOrEqual(live * 0.2);
      return close;
    });
    expect(counter.affected).toBe(4);
    for (const close of closers) close();
    expect(counter.affected).toBe(0);
  });

  it('lets bytes of a connection pass by that it does not let in', () => {
    const scheduler = new VirtualTimeScheduler();
    const affected = { enter: () => false, leave: () => expect.fail('never entered') };
    const stage = chain([latency({ maxAffected: 0.5 })], envOf(scheduler, 1, { affected }));
    const seen = record(stage(of(chunkOf('a'))), scheduler);
    expect([seen.times, seen.end]).toEqual([[0], 'complete']);
  });
});

describe('a live stage', () => {
  const env = envOf(new VirtualTimeScheduler());

  it('goes on with other parameters, and says where it cannot', () => {
    const live = liveStage(latency({}, 10), 0, 'up', env);
    expect(live.update(latency({}, 20))).toBe(true);
    expect(live.plan).toEqual(latency({}, 20));
    expect(live.update(latency({ toxicity: 0.5 }, 20))).toBe(false);
    expect(live.update({ ...latency({}), up: null })).toBe(false);
    expect(live.update({ kind: 'pass_through' })).toBe(false);
    expect(live.plan).toEqual(latency({}, 20));
  });

  it('that leaves a direction alone cannot begin to stand in it', () => {
    const live = liveStage({ ...latency({}), up: null }, 0, 'up', env);
    expect([live.stage, live.update(latency({}))]).toEqual([null, false]);
  });
});
