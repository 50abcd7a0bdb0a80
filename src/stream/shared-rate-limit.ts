import { Observable } from 'rxjs';
import type { Bucket, BucketLimits } from '../core/bucket.ts';
import type { Chunk } from '../core/chunk.ts';
import { type HoldingOptions, holding, type Pace } from './holding.ts';
import { RATE_WAIT_MS_MIN, type RateLimitOptions, rateLimit, rateQuantum, rateWaitMs } from './rate-limit.ts';
import type { Stage } from './stage.ts';
import { CATCH_UP_MS_MAX } from './token-bucket.ts';

export interface SharedRateLimitOptions extends HoldingOptions, Pick<RateLimitOptions, 'limits'> {
  /** Opens the bucket, at each subscription; null where there is none: the stream then has the limit to itself. */
  readonly open: () => Bucket | null;
}

/**
 * As `rateLimit`, of a bucket that several streams share. While several have bytes waiting, each gets its equal part of the
 * rate; a stream that has none waiting passes at once as long as nobody else waits.
 */
export function sharedRateLimit(options: SharedRateLimitOptions): Stage {
  return (source) =>
    new Observable<Chunk>((output) => {
      const bucket = options.open();
      if (bucket === null) return rateLimit(options)(source).subscribe(output);
      const stage = holding(() => new FairShare(bucket, options), options);
      const subscription = stage(source).subscribe(output);
      return () => {
        subscription.unsubscribe();
        bucket.close();
      };
    });
}

/** One stream's part of a bucket. */
class FairShare implements Pace {
  readonly #bucket: Bucket;
  readonly #limits: BucketLimits;
  #holds = false;
  /** When a part was last decided on, and what is left of it. */
  #decidedAt = Number.NEGATIVE_INFINITY;
  #part = 0;
  /** Since when bytes wait that nothing was earned for. */
  #since = 0;

  constructor(bucket: Bucket, options: SharedRateLimitOptions) {
    this.#bucket = bucket;
    this.#limits = options.limits;
  }

  came(): void {}

  allowed(held: number, now: number): number {
    if (this.#limits.bytesPerSecond === 0) return held;
    if (!this.#holds) return this.#bucket.waiting === 0 ? this.#bucket.available(this.#limits) : 0;
    if (now - this.#decidedAt >= RATE_WAIT_MS_MIN) this.#decide(held, now);
    return Math.min(held, this.#part);
  }

  waitMs(held: number, now: number): number {
    const quantum = rateQuantum(this.#rate(), held);
    return rateWaitMs(Math.ceil((quantum / this.#rate()) * 1000 - (now - this.#since)));
  }

  passes(piece: Chunk): Chunk {
    const { length } = piece.bytes;
    if (this.#limits.bytesPerSecond > 0) this.#bucket.take(length, this.#limits);
    this.#part = Math.max(0, this.#part - length);
    return piece;
  }

  holds(some: boolean, now: number): void {
    this.#holds = some;
    if (this.#limits.bytesPerSecond > 0) this.#bucket.wait(some, this.#limits);
    if (some && now - this.#decidedAt >= CATCH_UP_MS_MAX) this.#since = now;
  }

  /** What was earned of an equal part since the last time, or an equal part of what there is where that is more. */
  #decide(held: number, now: number): void {
    const available = this.#bucket.available(this.#limits);
    const earned = (this.#rate() * Math.min(now - this.#since, CATCH_UP_MS_MAX)) / 1000;
    const part = Math.floor(Math.min(available, Math.max(earned, available / this.#sharers())));
    if (part < rateQuantum(this.#rate(), held)) return;
    this.#part = part;
    this.#decidedAt = now;
    this.#since = now;
  }

  /** Bytes a second that are this stream's part. */
  #rate(): number {
    return this.#limits.bytesPerSecond / this.#sharers();
  }

  #sharers(): number {
    return Math.max(1, this.#bucket.waiting);
  }
}
