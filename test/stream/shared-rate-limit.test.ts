import { Observable, VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { Chunk } from '../../src/core/chunk.ts';
import type { RateLimitPlan } from '../../src/core/stage-plan.ts';
import { createBuckets } from '../../src/shared-memory/index.ts';
import { type RateLimits, sharedRateLimit } from '../../src/stream/index.ts';
import { regionsFor } from '../shared-memory/state.ts';
import { chain, envOf } from './chaos-env.ts';
import { stageContract } from './contract.ts';
import { expectNear, expectRate, GIB, KIB, LateScheduler, randomLengths } from './rate-runs.ts';
import { WindowedSource } from './windowed-source.ts';

for (const limits of [
  { bytesPerSecond: 0, burst: 0 },
  { bytesPerSecond: GIB, burst: 64 * KIB },
  { bytesPerSecond: 64 * KIB, burst: 0 },
  { bytesPerSecond: 10_000, burst: 10 },
])
  stageContract(`a shared limit of ${limits.bytesPerSecond} B/s and ${limits.burst} B`, (env) => {
    const buckets = createBuckets(regionsFor(1), 0, () => env.scheduler.now());
    return sharedRateLimit({ limits, open: () => buckets.open('x'), ...env });
  });

/** Several shards on one clock, and streams of one bucket in them, by turns. */
function setUp(scheduler: VirtualTimeScheduler, shards: number) {
  const regions = regionsFor(shards);
  const hands = Array.from({ length: shards }, (_, shard) =>
    createBuckets(regions, shard, () => scheduler.now()),
  );
  let streams = 0;
  return (limits: RateLimits, length: () => number) => {
    const zeros = new Uint8Array(64 * KIB);
    const source = new WindowedSource(() => zeros.subarray(0, length()));
    const buckets = hands[streams++ % shards];
    const seen = { passed: 0, stop: () => undefined as unknown };
    const stage = sharedRateLimit({
      limits,
      open: () => buckets?.open('shared') ?? null,
      scheduler,
      dropped: () => undefined,
    });
    const subscription = stage(source.chunks).subscribe((chunk) => {
      seen.passed += chunk.bytes.length;
      source.window.give(chunk.bytes.length);
    });
    seen.stop = () => subscription.unsubscribe();
    return seen;
  };
}

const total = (streams: readonly { passed: number }[]) =>
  streams.reduce((sum, { passed }) => sum + passed, 0);

describe('a shared rate limit', () => {
  for (const bytesPerSecond of [64 * KIB, 1024 * KIB, 100 * 1024 * KIB, GIB])
    for (const streams of [1, 3, 10])
      it(`of ${bytesPerSecond} B/s holds for ${streams} streams in two shards, in equal parts`, () => {
        const scheduler = new LateScheduler(streams, 7);
        scheduler.maxFrames = 10_000;
        const start = setUp(scheduler, 2);
        const limits = { bytesPerSecond, burst: 64 * KIB };
        const all = Array.from({ length: streams }, (_, index) => start(limits, randomLengths(index + 1)));
        scheduler.flush();
        expectRate(total(all), { ...limits, burst: limits.burst + streams * 64 * KIB }, 10);
        for (const { passed } of all)
          expect(Math.abs(passed / (total(all) / streams) - 1), `${passed} of ${total(all)}`).toBeLessThan(
            0.1,
          );
      });

  it('without a burst is its rate as well', () => {
    const scheduler = new VirtualTimeScheduler(undefined, 10_000);
    const start = setUp(scheduler, 2);
    const limits = { bytesPerSecond: 64 * KIB, burst: 0 };
    const all = [start(limits, () => 10_000), start(limits, () => 100)];
    scheduler.flush();
    expectNear(total(all), 640 * KIB);
    expectNear(all[0]?.passed ?? 0, all[1]?.passed ?? 0);
  });

  it('gives small and frequent messages the same part as a stream that always has more', () => {
    const scheduler = new VirtualTimeScheduler(undefined, 2000);
    const buckets = createBuckets(regionsFor(1), 0, () => scheduler.now());
    const limits = { bytesPerSecond: 100_000, burst: 10_000 };
    const make = () =>
      sharedRateLimit({ limits, open: () => buckets.open('x'), scheduler, dropped: () => undefined });
    let [frequent, steady] = [0, 0];
    const messages = new Observable<Chunk>((output) => {
      for (let ms = 0; ms < 2000; ms++)
        scheduler.schedule(() => output.next({ bytes: new Uint8Array(95), at: ms, borrowed: true }), ms);
    });
    const source = new WindowedSource(() => new Uint8Array(10_000));
    make()(source.chunks).subscribe((chunk) => {
      steady += chunk.bytes.length;
      source.window.give(chunk.bytes.length);
    });
    make()(messages).subscribe((chunk) => {
      frequent += chunk.bytes.length;
    });
    scheduler.flush();
    expectNear(steady + frequent, 200_000);
    expect(Math.abs(frequent / steady - 1), `${frequent} beside ${steady}`).toBeLessThan(0.1);
  });

  it('gives what one leaves to the others', () => {
    const scheduler = new VirtualTimeScheduler(undefined, 20_000);
    const start = setUp(scheduler, 2);
    const limits = { bytesPerSecond: 100_000, burst: 1000 };
    const [one, other] = [start(limits, () => 5000), start(limits, () => 5000)];
    scheduler.schedule(() => {
      expectNear(one?.passed ?? 0, 500_000);
      one?.stop();
    }, 10_000);
    scheduler.flush();
    expectNear(other?.passed ?? 0, 1_500_000);
  });

  it('follows a change', () => {
    const scheduler = new VirtualTimeScheduler(undefined, 20_000);
    const limits = { bytesPerSecond: 100_000, burst: 1000 };
    const stream = setUp(scheduler, 1)(limits, () => 5000);
    scheduler.schedule(() => {
      expectNear(stream.passed, 1_000_000);
      limits.bytesPerSecond = 400_000;
    }, 10_000);
    scheduler.flush();
    expectNear(stream.passed, 5_000_000);
  });
});

describe('who shares a limit', () => {
  const plan = (per: 'client' | 'listener' | 'route'): RateLimitPlan => ({
    kind: 'rate_limit',
    up: 100_000,
    down: 0,
    burst: 0,
    shared: { per, name: 'edge/stages/0' },
  });

  it.each([
    ['listener', [4, 4, 4, 4]],
    ['route', [3, 3, 3, 1]],
    ['client', [3, 3, 1, 3]],
  ] as const)('per %s is whoever has it in common', (per, parts) => {
    const scheduler = new VirtualTimeScheduler(undefined, 10_000);
    const buckets = createBuckets(regionsFor(1), 0, () => scheduler.now());
    const passed = (
      [
        ['10.0.0.1', 'a'],
        ['10.0.0.1', 'a'],
        ['10.0.0.2', 'a'],
        ['10.0.0.1', 'b'],
      ] as const
    ).map(([client, route]) => {
      const env = { ...envOf(scheduler, 1, { source: client }), sharing: { buckets, route } };
      const source = new WindowedSource(() => new Uint8Array(5000));
      const seen = { passed: 0 };
      chain(
        [plan(per)],
        env,
      )(source.chunks).subscribe((chunk) => {
        seen.passed += chunk.bytes.length;
        source.window.give(chunk.bytes.length);
      });
      return seen;
    });
    scheduler.flush();
    for (const [index, part] of parts.entries()) expectNear(passed[index]?.passed ?? 0, 1_000_000 / part);
  });

  it('is each connection by itself where nothing is shared', () => {
    const scheduler = new VirtualTimeScheduler(undefined, 10_000);
    const all = [1, 2].map((number) => {
      const source = new WindowedSource(() => new Uint8Array(5000));
      const seen = { passed: 0 };
      chain(
        [plan('listener')],
        envOf(scheduler, number),
      )(source.chunks).subscribe((chunk) => {
        seen.passed += chunk.bytes.length;
        source.window.give(chunk.bytes.length);
      });
      return seen;
    });
    scheduler.flush();
    for (const { passed } of all) expectNear(passed, 1_000_000);
  });
});
