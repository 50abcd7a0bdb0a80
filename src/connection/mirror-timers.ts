import type { Cancellable, Timers } from '../core/ports.ts';

/** The deadlines of one mirror, on the plane's clock. Each fires at most once; none after `end`. */
export class MirrorTimers {
  readonly #timers: Timers;
  readonly #guard: (act: () => void) => void;
  #connect: Cancellable | null = null;
  #stall: Cancellable | null = null;
  #linger: Cancellable | null = null;
  /** When bytes began to wait, or were taken last. */
  #lastProgress = 0;

  /** `guard` runs what a timer has called for. */
  constructor(timers: Timers, guard: (act: () => void) => void) {
    this.#timers = timers;
    this.#guard = guard;
  }

  now(): number {
    return this.#timers.now();
  }

  connect(ms: number, late: () => void): void {
    this.#connect = this.#after(ms, late);
  }

  connected(): void {
    this.#connect?.cancel();
    this.#connect = null;
  }

  /** Bytes begin to wait, or some were taken. */
  progress(): void {
    this.#lastProgress = this.#timers.now();
  }

  /** Bytes wait: looks after `ms` whether some were taken meanwhile, as long as `isWaiting`. 0 = never. */
  watchStall(ms: number, isWaiting: () => boolean, stalled: () => void): void {
    if (this.#stall !== null || ms === 0 || !isWaiting()) return;
    this.#stall = this.#after(Math.max(0, this.#lastProgress + ms - this.#timers.now()), () => {
      this.#stall = null;
      if (!isWaiting()) return;
      if (this.#timers.now() - this.#lastProgress >= ms) stalled();
      else this.watchStall(ms, isWaiting, stalled);
    });
  }

  /** From the first call on. */
  linger(ms: number, late: () => void): void {
    this.#linger ??= this.#after(ms, late);
  }

  end(): void {
    for (const timer of [this.#connect, this.#stall, this.#linger]) timer?.cancel();
  }

  #after(ms: number, fire: () => void): Cancellable {
    return this.#timers.after(ms, () => this.#guard(fire));
  }
}
