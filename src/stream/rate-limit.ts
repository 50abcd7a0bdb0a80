import { asyncScheduler, Observable, type SchedulerLike, type Subscriber, type Subscription } from 'rxjs';
import type { Chunk } from '../core/chunk.ts';
import type { StagePlan } from '../core/stage-plan.ts';
import { Held } from './held.ts';
import type { Stage, StageControl } from './stage.ts';
import { type RateLimits, TokenBucket } from './token-bucket.ts';

/** Shortest wait, in milliseconds: no more than a hundred timers a second, whatever the rate. */
export const RATE_WAIT_MS_MIN = 10;

/** Longest wait, in milliseconds: a slow stream still moves ten times a second, and a new limit is seen by then. */
export const RATE_WAIT_MS_MAX = 100;

/** What is worth cutting a chunk for, in bytes, unless the longest wait earns less. */
export const RATE_QUANTUM_BYTES = 1024;

export interface RateLimitOptions {
  /** Read at each decision; a change takes effect within `RATE_WAIT_MS_MAX`. */
  readonly limits: Readonly<RateLimits>;
  /** The clock and the waits. If not provided, defaults to `asyncScheduler`. */
  readonly scheduler?: SchedulerLike;
  /** Told how many bytes were held when the stage was unsubscribed. If not provided, nobody is told. */
  readonly dropped?: (bytes: number) => void;
  /** Where `hurry` is set. If not provided, nobody can hurry it. */
  readonly control?: Pick<StageControl<StagePlan['kind']>, 'hurry'>;
}

/**
 * Lets `limits.bytesPerSecond` pass, and `limits.burst` at once after a pause. What is over the limit waits; a chunk
 * that is longer than what may pass is cut. The long-run rate is exact, however late timers fire. FIN and RST wait for
 * the bytes before them.
 *
 *     source.pipe(rateLimit({ limits: { bytesPerSecond: 1024 * 1024, burst: 64 * 1024 } }))
 */
export function rateLimit(options: RateLimitOptions): Stage {
  return (source) =>
    new Observable<Chunk>((output) => {
      const limiter = new Limiter(output, options);
      const input = source.subscribe(limiter);
      return () => {
        input.unsubscribe();
        limiter.stop();
      };
    });
}

class Limiter {
  readonly #output: Subscriber<Chunk>;
  readonly #scheduler: SchedulerLike;
  readonly #dropped: ((bytes: number) => void) | undefined;
  readonly #bucket: TokenBucket;
  readonly #held = new Held();
  #wait: Subscription | null = null;
  #emitting = false;
  readonly #control: RateLimitOptions['control'];
  /** Everything passes. */
  #released = false;
  /** FIN or RST, once the source has sent one. */
  #end: (() => void) | null = null;

  constructor(output: Subscriber<Chunk>, options: RateLimitOptions) {
    const { limits, scheduler = asyncScheduler, dropped, control } = options;
    this.#control = control;
    if (control !== undefined) control.hurry = () => this.#hurry();
    this.#output = output;
    this.#scheduler = scheduler;
    this.#dropped = dropped;
    this.#bucket = new TokenBucket(limits, scheduler.now());
  }

  next(chunk: Chunk): void {
    if (this.#output.closed) return;
    if (this.#emitting || this.#wait !== null) {
      this.#held.push(chunk);
      return;
    }
    this.#bucket.refill(this.#scheduler.now(), false);
    if (this.#released || this.#bucket.available >= chunk.bytes.length) this.#emit(chunk);
    else this.#held.push(chunk);
    this.#settle();
  }

  error(reset: unknown): void {
    this.#finish(() => this.#output.error(reset));
  }

  complete(): void {
    this.#finish(() => this.#output.complete());
  }

  /** Cancels the wait and drops what is held. */
  stop(): void {
    this.#wait?.unsubscribe();
    this.#wait = null;
    if (this.#control !== undefined) this.#control.hurry = null;
    const bytes = this.#held.drop();
    if (bytes > 0) this.#dropped?.(bytes);
  }

  #finish(end: () => void): void {
    this.#end = end;
    if (!this.#emitting && this.#wait === null) end();
  }

  #emit(chunk: Chunk): void {
    this.#bucket.spend(chunk.bytes.length);
    this.#emitting = true;
    this.#output.next(chunk);
    this.#emitting = false;
  }

  /** Passes what may pass of the held bytes, then waits, or ends where nothing is left. */
  #settle(): void {
    let chunk = this.#takeAllowed();
    while (chunk !== null) {
      this.#emit(chunk);
      chunk = this.#takeAllowed();
    }
    if (this.#output.closed) return;
    if (this.#held.bytes > 0) this.#wait = this.#scheduler.schedule(() => this.#wake(), this.#waitMs());
    else this.#end?.();
  }

  #wake(): void {
    this.#wait = null;
    this.#bucket.refill(this.#scheduler.now(), true);
    this.#settle();
  }

  #hurry(): void {
    if (this.#released) return;
    this.#released = true;
    if (this.#wait === null) return;
    this.#wait.unsubscribe();
    this.#wake();
  }

  /** The next held bytes that may pass, or null where too few may or nobody reads any more. */
  #takeAllowed(): Chunk | null {
    if (this.#held.bytes === 0 || this.#output.closed) return null;
    if (this.#released) return this.#held.take(Number.POSITIVE_INFINITY);
    const { available } = this.#bucket;
    return available >= this.#quantum() ? this.#held.take(available) : null;
  }

  #quantum(): number {
    return rateQuantum(this.#bucket.rate, this.#held.bytes);
  }

  #waitMs(): number {
    return rateWaitMs(this.#bucket.timeUntil(this.#quantum()));
  }
}

/** Bytes worth waking for: what the shortest wait earns, or more where that is little, or all where less is held. */
export function rateQuantum(rate: number, held: number): number {
  const wanted = Math.max((rate * RATE_WAIT_MS_MIN) / 1000, RATE_QUANTUM_BYTES);
  const earned = (rate * RATE_WAIT_MS_MAX) / 1000;
  return Math.min(held, Math.max(1, Math.ceil(Math.min(wanted, earned))));
}

/** How long to wait for what is earned in `ms`. */
export function rateWaitMs(ms: number): number {
  return Math.min(RATE_WAIT_MS_MAX, Math.max(RATE_WAIT_MS_MIN, ms));
}
