import { Observable, VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { Chunk } from '../../src/core/chunk.ts';
import type { BandwidthPlan } from '../../src/core/stage-plan.ts';
import { liveStage, TimerScheduler } from '../../src/stream/index.ts';
import { chain, chaosOf, envOf } from './chaos-env.ts';
import { stageContract } from './contract.ts';
import { bytesBetween, expectNear, GIB, giveBack, KIB } from './rate-runs.ts';
import { record } from './recorder.ts';
import { VirtualTimers } from './virtual-timers.ts';
import { WindowedSource } from './windowed-source.ts';

const bandwidth = (up: number): BandwidthPlan => ({ kind: 'bandwidth', up, down: 0, chaos: chaosOf() });

for (const up of [20 * KIB, GIB])
  stageContract(`bandwidth of ${up} B/s`, (env) =>
    chain([bandwidth(up)], envOf(env.scheduler, 1, {}, env.dropped)),
  );

describe('bandwidth', () => {
  it.each([64 * KIB, 1024 * KIB, GIB])('lets %i bytes a second pass, the first second included', (rate) => {
    const scheduler = new VirtualTimeScheduler(undefined, 10_000);
    const source = new WindowedSource(() => new Uint8Array(64 * KIB));
    let passed = 0;
    const stream = chain([bandwidth(rate)], envOf(scheduler))(source.chunks);
    const subscription = stream.subscribe((chunk) => {
      passed += chunk.bytes.length;
      source.window.give(chunk.bytes.length);
    });
    scheduler.flush();
    subscription.unsubscribe();
    expectNear(passed, rate * 10);
  });

  it('saves nothing up in a pause', () => {
    const scheduler = new VirtualTimeScheduler();
    const source = new WindowedSource(() => null);
    let left = 3;
    const late = new WindowedSource(() => (left-- > 0 ? new Uint8Array(1000) : null));
    record(chain([bandwidth(1000)], envOf(scheduler))(source.chunks), scheduler);
    const stream = chain([bandwidth(1000)], envOf(scheduler))(late.chunks);
    const seen = record(stream, scheduler, giveBack(late));
    scheduler.flush();
    expect(bytesBetween(seen, 0, 1001)).toBeLessThanOrEqual(1000);
    expectNear(seen.times.at(-1) ?? 0, 3000);
  });

  it('does not make a byte on an idle link wait for a tick of a plane', () => {
    const timers = new VirtualTimers();
    const env = envOf(new TimerScheduler(timers));
    const bytes = [new Uint8Array(1), new Uint8Array(5000)];
    const source = new Observable<Chunk>((output) => {
      for (const each of bytes) output.next({ bytes: each, at: 0, borrowed: false });
    });
    const seen = record(chain([bandwidth(100_000)], env)(source), timers);
    expect(seen.bytes).toBe(1);
    timers.advanceTo(70);
    expect(seen.bytes).toBe(5001);
    expect(seen.times.at(-1)).toBeGreaterThanOrEqual(40);
    seen.subscription.unsubscribe();
  });

  it('follows a change of its rate', () => {
    const scheduler = new VirtualTimeScheduler(undefined, 20_000);
    const live = liveStage(bandwidth(10_000), 0, 'up', envOf(scheduler));
    const source = new WindowedSource(() => new Uint8Array(1000));
    const seen = record(live.stage?.(source.chunks) ?? source.chunks, scheduler, giveBack(source));
    scheduler.schedule(() => live.update(bandwidth(40_000)), 10_000);
    scheduler.flush();
    seen.subscription.unsubscribe();
    expectNear(bytesBetween(seen, 0, 10_000), 100_000);
    expectNear(bytesBetween(seen, 10_000, 20_000), 400_000);
  });
});
