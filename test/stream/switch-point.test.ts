import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { Observable, VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { Chunk } from '../../src/core/chunk.ts';
import { passThrough, rateLimit, type Stage, SwitchPoint } from '../../src/stream/index.ts';
import { chain, chaosOf, envOf } from './chaos-env.ts';
import { chunkOf, countingBytes, joined, textOf } from './chunks.ts';
import { stageContract } from './contract.ts';
import { record } from './recorder.ts';

const lost = (bytes: number) => expect.fail(`${bytes} bytes were dropped`);

function slow(scheduler: VirtualTimeScheduler, dropped: (bytes: number) => void = lost): Stage {
  return rateLimit({ limits: { bytesPerSecond: 10_000, burst: 10 }, scheduler, dropped });
}

stageContract('a switch point with nothing in it', ({ dropped }) => new SwitchPoint(null, dropped).stage);
stageContract('a switch point with a stage', ({ scheduler, dropped }) => {
  const limits = { bytesPerSecond: 10_000, burst: 10 };
  return new SwitchPoint(rateLimit({ limits, scheduler, dropped }), dropped).stage;
});

describe('a switch point', () => {
  it('takes a stage away without loss: what it holds passes first, then what came meanwhile', () => {
    const scheduler = new VirtualTimeScheduler();
    const point = new SwitchPoint(slow(scheduler), lost);
    const source = new Observable<Chunk>((output) => {
      output.next(chunkOf('a'.repeat(1010)));
      scheduler.schedule(() => point.set(null), 20);
      scheduler.schedule(() => output.next(chunkOf('b'.repeat(1000))), 30);
      scheduler.schedule(() => output.next(chunkOf('c')), 200);
      scheduler.schedule(() => output.complete(), 300);
    });
    const seen = record(point.stage(source), scheduler);
    scheduler.flush();
    expect(textOf(seen.chunks)).toBe(`${'a'.repeat(1010)}${'b'.repeat(1000)}c`);
    expect(seen.times.at(-1)).toBe(200);
    expect(seen.times.at(-2), 'when the stage was drained').toBeLessThan(120);
    expect(seen.end).toBe('complete');
  });

  it('lets a FIN and a RST wait that come while a stage is drained', () => {
    for (const how of ['complete', 'error'] as const) {
      const scheduler = new VirtualTimeScheduler();
      const point = new SwitchPoint(slow(scheduler), lost);
      const source = new Observable<Chunk>((output) => {
        output.next(chunkOf('a'.repeat(110)));
        point.set(null);
        output.next(chunkOf('b'));
        output[how]('reset');
      });
      const seen = record(point.stage(source), scheduler);
      scheduler.flush();
      expect(textOf(seen.chunks)).toBe(`${'a'.repeat(110)}b`);
      expect(seen.end).toEqual(how === 'complete' ? 'complete' : { error: 'reset' });
    }
  });

  it('tells what waited in it when it is unsubscribed, and what the stage held', () => {
    const scheduler = new VirtualTimeScheduler();
    const dropped: number[] = [];
    const tell = (bytes: number) => dropped.push(bytes);
    const point = new SwitchPoint(slow(scheduler, tell), tell);
    const source = new Observable<Chunk>((output) => {
      output.next(chunkOf('a'.repeat(110)));
      point.set(null);
      output.next(chunkOf('b'.repeat(30)));
    });
    record(point.stage(source), scheduler).subscription.unsubscribe();
    expect(dropped.toSorted((a, b) => a - b)).toEqual([30, 110]);
  });

  it('keeps content and order whatever is put in and taken away, and when', () => {
    const step = fc.record({
      gap: fc.nat(60),
      length: fc.integer({ min: 1, max: 3000 }),
      put: fc.constantFrom('nothing', 'none', 'slow', 'latency', 'pass', 'slicer'),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const scheduler = new VirtualTimeScheduler();
        const env = envOf(scheduler, 1, {}, lost);
        const make: Record<string, () => Stage | null> = {
          none: () => null,
          slow: () => rateLimit({ limits: { bytesPerSecond: 50_000, burst: 10 }, scheduler, dropped: lost }),
          latency: () =>
            chain(
              [
                {
                  kind: 'latency',
                  up: 80,
                  down: null,
                  jitterMs: 30,
                  distribution: 'normal',
                  chaos: chaosOf(),
                },
              ],
              env,
            ),
          pass: passThrough,
          slicer: () =>
            chain(
              [
                {
                  kind: 'slicer',
                  direction: 'up',
                  averageBytes: 500,
                  variationBytes: 100,
                  delayMs: 7,
                  chaos: chaosOf(),
                },
              ],
              env,
            ),
        };
        const point = new SwitchPoint(null, lost);
        const total = steps.reduce((sum, { length }) => sum + length, 0);
        const sent = countingBytes(0, total);
        const source = new Observable<Chunk>((output) => {
          let [time, from] = [0, 0];
          for (const { gap, length, put } of steps) {
            time += gap;
            const bytes = sent.subarray(from, from + length);
            from += length;
            scheduler.schedule(() => {
              const stage = make[put];
              if (stage !== undefined) point.set(stage());
              output.next({ bytes, at: scheduler.now(), borrowed: true });
            }, time);
          }
          scheduler.schedule(() => output.complete(), time);
        });
        const seen = record(point.stage(source), scheduler);
        scheduler.flush();
        const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
        expect(hash(joined(seen.chunks))).toBe(hash(sent));
        expect(seen.end).toBe('complete');
      }),
      { numRuns: 200 },
    );
  });
});
