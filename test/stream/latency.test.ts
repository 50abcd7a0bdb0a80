import { createHash } from 'node:crypto';
import { Observable, type Subscriber, VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { Chunk } from '../../src/core/chunk.ts';
import type { LatencyPlan, StagePlan } from '../../src/core/stage-plan.ts';
import { liveStage, TimerScheduler } from '../../src/stream/index.ts';
import { chain, chaosOf, envOf } from './chaos-env.ts';
import { chunkOf, countingBytes, joined } from './chunks.ts';
import { stageContract } from './contract.ts';
import { record } from './recorder.ts';
import { VirtualTimers } from './virtual-timers.ts';

const latency = (up: number, more: Partial<LatencyPlan> = {}): LatencyPlan => ({
  kind: 'latency',
  up,
  down: null,
  jitterMs: 0,
  distribution: 'uniform',
  chaos: chaosOf(),
  ...more,
});

for (const plan of [
  latency(0),
  latency(200),
  latency(50, { jitterMs: 50 }),
  latency(50, { jitterMs: 20, distribution: 'normal' }),
  latency(20, { jitterMs: 20, distribution: 'pareto' }),
])
  stageContract(`latency of ${plan.up} ms, jitter ${plan.jitterMs} ms, ${plan.distribution}`, (env) =>
    chain([plan], envOf(env.scheduler, 1, {}, env.dropped)),
  );

/** A message each millisecond, of eight bytes; how long each took. */
function messages(plans: readonly StagePlan[], count: number) {
  const scheduler = new VirtualTimeScheduler();
  const source = new Observable<Chunk>((output) => {
    for (let time = 0; time < count; time++)
      scheduler.schedule(
        () => output.next({ bytes: countingBytes(time * 8, 8), at: time, borrowed: true }),
        time,
      );
    scheduler.schedule(() => output.complete(), count);
  });
  const seen = record(chain(plans, envOf(scheduler))(source), scheduler);
  scheduler.flush();
  const took: number[] = [];
  for (const [index, { bytes }] of seen.chunks.entries())
    for (let i = 0; i < bytes.length; i += 8) took.push((seen.times[index] ?? 0) - took.length);
  return { seen, took };
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const quantile = (numbers: readonly number[], part: number) =>
  numbers.toSorted((a, b) => a - b)[Math.floor(part * numbers.length)];

describe('latency', () => {
  it('delays each of a thousand messages a second by exactly what was set', () => {
    const { took, seen } = messages([latency(50)], 3000);
    expect(took).toEqual(Array.from({ length: 3000 }, () => 50));
    expect(seen.end).toBe('complete');
  });

  it('is in the middle what was set, on the timers of a plane, at a thousand messages a second', () => {
    const timers = new VirtualTimers();
    const env = envOf(new TimerScheduler(timers));
    const sent: number[] = [];
    const took: number[] = [];
    let output: Subscriber<Chunk> | null = null;
    const source = new Observable<Chunk>((subscriber) => {
      output = subscriber;
    });
    const subscription = chain(
      [latency(53)],
      env,
    )(source).subscribe(({ bytes }) => {
      for (const _ of bytes) took.push(timers.now() - (sent[took.length] ?? 0));
    });
    for (let ms = 1; ms < 5000; ms++) {
      timers.advanceTo(ms);
      sent.push(ms);
      (output as Subscriber<Chunk> | null)?.next({ bytes: new Uint8Array(1), at: ms, borrowed: true });
    }
    subscription.unsubscribe();
    expect(took.length).toBeGreaterThan(4900);
    expect(Math.abs((quantile(took, 0.5) ?? 0) - 53)).toBeLessThanOrEqual(2);
    expect(Math.min(...took)).toBeGreaterThanOrEqual(48);
    expect(Math.max(...took)).toBeLessThanOrEqual(58);
    expect(timers.errors).toEqual([]);
  });

  it.each(['uniform', 'normal', 'pareto'] as const)(
    'keeps order and content with %s jitter',
    (distribution) => {
      const { seen, took } = messages([latency(50, { jitterMs: 20, distribution })], 3000);
      expect(sha256(joined(seen.chunks))).toBe(sha256(countingBytes(0, 24_000)));
      expect(took).toHaveLength(3000);
      const stamps = seen.chunks.map(({ at }) => at);
      expect(stamps, 'when each was due').toEqual(stamps.toSorted((a, b) => a - b));
      expect(new Set(took).size).toBeGreaterThan(10);
    },
  );

  it('has the delay in the middle where messages are far apart', () => {
    const scheduler = new VirtualTimeScheduler();
    const source = new Observable<Chunk>((output) => {
      for (let i = 0; i < 1001; i++)
        scheduler.schedule(() => output.next({ ...chunkOf('x'), at: scheduler.now() }), i * 1000);
    });
    const plan = latency(100, { jitterMs: 40, distribution: 'normal' });
    const seen = record(chain([plan], envOf(scheduler))(source), scheduler);
    scheduler.flush();
    const took = seen.times.map((time, index) => time - index * 1000);
    expect(Math.abs((quantile(took, 0.5) ?? 0) - 100)).toBeLessThanOrEqual(4);
    expect(quantile(took, 0.84)).toBeGreaterThan(130);
    expect(quantile(took, 0.84)).toBeLessThan(150);
  });

  it('counts what a chunk waited before, and adds the delay of a second one to the first', () => {
    const rate: StagePlan = { kind: 'rate_limit', up: 1000, down: 0, burst: 0 };
    const late = messages([rate, latency(50)], 100);
    expect(late.took.at(-1)).toBeGreaterThan(600);
    const alone = messages([rate], 100);
    expect(late.took.at(-1)).toBe(alone.took.at(-1));
    expect(messages([latency(50), latency(30)], 100).took).toEqual(Array.from({ length: 100 }, () => 80));
  });

  it('lets a change take effect with the next chunk, and what is held go as it was to', () => {
    const scheduler = new VirtualTimeScheduler();
    const env = envOf(scheduler);
    const live = liveStage(latency(100), 0, 'up', env);
    const source = new Observable<Chunk>((output) => {
      output.next(chunkOf('a'));
      scheduler.schedule(() => {
        expect(live.update(latency(200))).toBe(true);
        output.next({ ...chunkOf('b'), at: 10 });
      }, 10);
    });
    const seen = record(live.stage?.(source) ?? source, scheduler);
    scheduler.flush();
    expect(seen.times).toEqual([100, 210]);
  });
});
