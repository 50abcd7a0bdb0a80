import { Observable, VirtualTimeScheduler } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import type { Chunk } from '../../src/core/chunk.ts';
import { type RateLimits, rateLimit } from '../../src/stream/index.ts';
import { chunkOf, countingBytes, joined } from './chunks.ts';
import { stageContract } from './contract.ts';
import { expectNear, GIB, giveBack, KIB, LateScheduler, randomLengths } from './rate-runs.ts';
import { record } from './recorder.ts';
import { WindowedSource } from './windowed-source.ts';

for (const limits of [
  { bytesPerSecond: 0, burst: 0 },
  { bytesPerSecond: GIB, burst: 64 * KIB },
  { bytesPerSecond: 64 * KIB, burst: 0 },
  { bytesPerSecond: 10_000, burst: 10 },
]) {
  const name = `rate-limit at ${limits.bytesPerSecond} B/s with a burst of ${limits.burst}`;
  stageContract(name, (env) => rateLimit({ limits, ...env }));
}

describe('rate-limit in marbles', () => {
  const word = chunkOf('0123456789');
  const values = { w: word, h: chunkOf('01234'), t: chunkOf('56789') };

  it('passes at once while tokens last, holds the rest, and lets the FIN wait for it', () => {
    marbles({ bytesPerSecond: 100, burst: 10 }, ({ stage, cold, expectObservable, expectSubscriptions }) => {
      const source = cold('ww|', values);
      // The second chunk waits until its ten bytes are earned: 100 ms after the bucket was full.
      expectObservable(stage(source)).toBe('w 99ms (w|)', values);
      expectSubscriptions(source.subscriptions).toBe('^-!');
    });
  });

  it('cuts a chunk that is longer than what may pass, and lets a RST wait for the rest', () => {
    marbles({ bytesPerSecond: 50, burst: 5 }, ({ stage, cold, expectObservable }) => {
      expectObservable(stage(cold('w#', values))).toBe('h 99ms (t#)', values);
    });
  });

  it('cancels its wait when it is unsubscribed', () => {
    marbles({ bytesPerSecond: 100, burst: 10 }, ({ stage, cold, expectObservable, expectSubscriptions }) => {
      const source = cold('ww-', values);
      expectObservable(stage(source), '^ 49ms !').toBe('w', values);
      expectSubscriptions(source.subscriptions).toBe('^ 49ms !');
    });
  });
});

describe('rate-limit', () => {
  it('keeps order and content exactly when chunks are held, cut and joined', () => {
    const sent = countingBytes(0, 300_000);
    const length = randomLengths(7);
    let from = 0;
    const scheduler = new VirtualTimeScheduler();
    const source = new WindowedSource(() => {
      if (from === sent.length) return null;
      const to = Math.min(sent.length, from + Math.ceil(length() / 8));
      const bytes = sent.subarray(from, to);
      from = to;
      return bytes;
    });
    const stage = rateLimit({ limits: { bytesPerSecond: 100_000, burst: 1000 }, scheduler });
    const seen = record(stage(source.chunks), scheduler, giveBack(source));
    scheduler.flush();
    expect(seen.end).toBe('complete');
    expect(Buffer.compare(joined(seen.chunks), sent)).toBe(0);
    expectNear(scheduler.now(), 2990);
  });

  it('tells how much it dropped when it is unsubscribed, once', () => {
    const scheduler = new VirtualTimeScheduler();
    const dropped: number[] = [];
    const limits = { bytesPerSecond: 1024, burst: 300 };
    const stage = rateLimit({ limits, scheduler, dropped: (bytes) => dropped.push(bytes) });
    const source = new Observable<Chunk>((output) => output.next(chunkOf('x'.repeat(1000))));
    const seen = record(stage(source), scheduler);
    seen.subscription.unsubscribe();
    expect(dropped).toEqual([700]);
  });

  it('makes no timer and no copy while tokens last', () => {
    const scheduler = new LateScheduler(1, 0);
    const chunk: Chunk = { bytes: new Uint8Array(1000), at: 0, borrowed: true };
    const source = new Observable<Chunk>((output) => {
      for (let i = 0; i < 50; i++) output.next(chunk);
    });
    const passed: Chunk[] = [];
    const limits = { bytesPerSecond: 1, burst: 50_000 };
    rateLimit({ limits, scheduler })(source).subscribe((each) => passed.push(each));
    expect(passed).toHaveLength(50);
    expect(passed.every((each) => each === chunk)).toBe(true);
    expect(scheduler.delays).toEqual([]);
  });
});

type MarbleTools = Parameters<Parameters<TestScheduler['run']>[0]>[0];

function marbles(
  limits: RateLimits,
  test: (tools: MarbleTools & { stage: ReturnType<typeof rateLimit> }) => void,
) {
  const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
  scheduler.run((tools) => test({ ...tools, stage: rateLimit({ limits, scheduler }) }));
}
