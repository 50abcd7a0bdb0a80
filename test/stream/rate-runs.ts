import { Observable, type SchedulerLike, VirtualTimeScheduler } from 'rxjs';
import { expect } from 'vitest';
import type { Chunk } from '../../src/core/chunk.ts';
import { type RateLimits, rateLimit } from '../../src/stream/index.ts';
import { record } from './recorder.ts';
import { WindowedSource } from './windowed-source.ts';

export const KIB = 1024;
export const GIB = 1024 ** 3;

/** A scheduler whose timers fire late by up to `lateMs`, each by another time. */
export class LateScheduler extends VirtualTimeScheduler {
  readonly delays: number[] = [];
  readonly #random: () => number;
  readonly #lateMs: number;

  constructor(seed: number, lateMs: number) {
    super();
    this.#random = random(seed);
    this.#lateMs = lateMs;
  }

  override schedule: SchedulerLike['schedule'] = (work: never, delay = 0, state?: never) => {
    this.delays.push(delay);
    return super.schedule(work, delay + Math.floor(this.#random() * this.#lateMs), state);
  };
}

/** Bytes that pass in `seconds` from a source that always has more, to a reader that takes all at once. */
export function run(
  limits: RateLimits,
  scheduler: VirtualTimeScheduler,
  seconds: number,
  length: () => number,
): number {
  scheduler.maxFrames = seconds * 1000;
  const zeros = new Uint8Array(64 * KIB);
  const source = new WindowedSource(() => zeros.subarray(0, length()));
  let passed = 0;
  const subscription = rateLimit({ limits, scheduler })(source.chunks).subscribe((chunk) => {
    passed += chunk.bytes.length;
    source.window.give(chunk.bytes.length);
  });
  scheduler.flush();
  subscription.unsubscribe();
  return passed;
}

/** A source that always has more, stopped after `ms`. */
export function flowing(limits: RateLimits, ms: number) {
  const scheduler = new VirtualTimeScheduler(undefined, ms);
  const source = new WindowedSource(() => new Uint8Array(10_000));
  const seen = record(rateLimit({ limits, scheduler })(source.chunks), scheduler, giveBack(source));
  return { seen, scheduler };
}

/** A source that is told when to send how much. */
export function pushed(limits: RateLimits) {
  const scheduler = new VirtualTimeScheduler();
  const sends: [number, number][] = [];
  const source = new Observable<Chunk>((output) => {
    for (const [at, length] of sends) {
      const chunk = { bytes: new Uint8Array(length), at, borrowed: false };
      if (at === 0) output.next(chunk);
      else scheduler.schedule(() => output.next(chunk), at);
    }
  });
  const stream = rateLimit({ limits, scheduler })(source);
  const seen = { chunks: [] as Chunk[], times: [] as number[] };
  return {
    seen,
    send: (at: number, length: number) => void sends.push([at, length]),
    passedAt: (time: number) => bytesBetween(seen, 0, time + 1),
    scheduler: {
      schedule: (work: () => void, delay: number) => scheduler.schedule(work, delay),
      flush: () => {
        const recorded = record(stream, scheduler);
        scheduler.flush();
        Object.assign(seen, { chunks: recorded.chunks, times: recorded.times });
      },
    },
  };
}

export function giveBack(source: WindowedSource): (chunk: Chunk) => void {
  return (chunk) => source.window.give(chunk.bytes.length);
}

/** Bytes that passed at or after `from` and before `to`. */
export function bytesBetween(seen: { chunks: Chunk[]; times: number[] }, from: number, to: number): number {
  return seen.chunks.reduce((sum, chunk, index) => {
    const time = seen.times[index] ?? 0;
    return time >= from && time < to ? sum + chunk.bytes.length : sum;
  }, 0);
}

export function expectRate(passed: number, limits: RateLimits, seconds: number): void {
  const due = limits.bytesPerSecond * seconds;
  expect(passed, `at ${limits.bytesPerSecond} B/s`).toBeLessThanOrEqual(due + limits.burst);
  expect(passed, `at ${limits.bytesPerSecond} B/s`).toBeGreaterThanOrEqual(due * 0.97);
}

export function expectNear(actual: number, expected: number): void {
  expect(Math.abs(actual - expected) / expected, `${actual} against ${expected}`).toBeLessThan(0.03);
}

/** Lengths from 1 B to 64 KiB, as often short as long. */
export function randomLengths(seed: number): () => number {
  const next = random(seed);
  return () => 1 + Math.floor(next() * 64 * KIB);
}

/** Park and Miller's generator: numbers from 0 to 1, the same for the same seed. */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
