/** The limits of one direction. A live stage reads them at each decision, so changing the object changes the stage. */
export interface RateLimits {
  /** 0 = no limit. */
  bytesPerSecond: number;
  /** Bytes that may pass at once after a pause; 0 = none, every byte waits its turn. */
  burst: number;
}

/** The most that a wait which ended late is worth, in milliseconds of the rate. */
export const CATCH_UP_MS_MAX = 1000;

/**
 * How long what was earned during a wait stays good beyond the burst, in milliseconds: long enough for a source that the
 * wait had stopped to deliver again. Without it a burst smaller than what the rate earns in one turn of a timer would
 * slow the stream below its rate.
 */
export const SURPLUS_MS = 50;

/** Credit that one byte costs. Credit is counted in thousandths so that whole milliseconds earn exact amounts. */
const BYTE = 1000;

/**
 * A token bucket over time that it is told. Never passes more than `burst + rate × time` in all, and exactly the rate
 * for as long as bytes wait, however late the waits end.
 */
export class TokenBucket {
  readonly #limits: Readonly<RateLimits>;
  #credit: number;
  #rate: number;
  #at: number;
  #surplusUntil: number;

  /** Starts full. `now` in milliseconds, the same clock that `refill` gets. */
  constructor(limits: Readonly<RateLimits>, now: number) {
    this.#limits = limits;
    this.#rate = limits.bytesPerSecond;
    this.#credit = Math.max(0, limits.burst) * BYTE;
    this.#at = now;
    this.#surplusUntil = now;
  }

  /**
   * Earns for the time since the last call, at the rate known until now, and reads the limits anew. `waited` says that
   * bytes were held all that time: then nothing earned is lost to the burst.
   */
  refill(now: number, waited: boolean): void {
    const elapsed = Math.max(0, now - this.#at);
    this.#at = now;
    if (waited) this.#surplusUntil = now + SURPLUS_MS;
    const burst = Math.max(0, this.#limits.burst) * BYTE;
    if (now <= this.#surplusUntil) this.#credit += this.#rate * Math.min(elapsed, CATCH_UP_MS_MAX);
    else this.#credit = Math.min(burst, this.#credit + this.#rate * elapsed);
    this.#rate = this.#limits.bytesPerSecond;
  }

  /** Bytes per second as of the last refill. */
  get rate(): number {
    return this.#rate;
  }

  /** Whole bytes that may pass now; Infinity without a limit. */
  get available(): number {
    return this.#rate > 0 ? Math.floor(this.#credit / BYTE) : Number.POSITIVE_INFINITY;
  }

  /** `bytes` pass. */
  spend(bytes: number): void {
    if (this.#rate > 0) this.#credit -= bytes * BYTE;
  }

  /** Milliseconds until `bytes` may pass, if nothing else does. */
  timeUntil(bytes: number): number {
    return Math.max(0, Math.ceil((bytes * BYTE - this.#credit) / this.#rate));
  }
}
