import { type SchedulerAction, type SchedulerLike, Subscription } from 'rxjs';
import type { Cancellable, Timers } from '../core/ports.ts';
import { TICK_MS } from '../core/timer-wheel.ts';

/**
 * RxJS's time on a plane's timers: operators wait on the plane's wheel, and on virtual time on the memory plane. `now()`
 * is the plane's clock, the same as `Chunk.at`, not the wall clock; operators that take a `Date` are not for it.
 * Work never runs inside `schedule`: a delay of 0, or a negative one, waits for the next tick of the wheel.
 */
export class TimerScheduler implements SchedulerLike {
  readonly #timers: Timers;

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /** Milliseconds of the plane's clock. */
  now(): number {
    return this.#timers.now();
  }

  /**
   * Runs `work` once after `delay` milliseconds, with the action as `this`: `this.schedule(state, delay)` in it, or later,
   * runs it again. Unsubscribing the action cancels it for good. What `work` throws ends the action and is the plane's to
   * report.
   */
  schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, delay = 0, state?: T): Subscription {
    return new TimerAction(this.#timers, work).schedule(state, delay);
  }
}

/** How late a wait may end for the width of its clock's ticks, in milliseconds: 0 where time is exact. */
export function tickOf(scheduler: SchedulerLike): number {
  return scheduler instanceof TimerScheduler ? TICK_MS : 0;
}

class TimerAction<T> extends Subscription implements SchedulerAction<T> {
  readonly #timers: Timers;
  readonly #work: (this: SchedulerAction<T>, state?: T) => void;
  #pending: Cancellable | null = null;

  constructor(timers: Timers, work: (this: SchedulerAction<T>, state?: T) => void) {
    super(() => this.#pending?.cancel());
    this.#timers = timers;
    this.#work = work;
  }

  /** Replaces the wait and the state of a call before it. */
  schedule(state?: T, delay = 0): Subscription {
    if (this.closed) return this;
    this.#pending?.cancel();
    this.#pending = this.#timers.after(Math.max(0, delay), () => this.#run(state));
    return this;
  }

  #run(state: T | undefined): void {
    this.#pending = null;
    try {
      this.#work.call(this, state);
    } catch (error) {
      this.unsubscribe();
      throw error;
    }
  }
}
