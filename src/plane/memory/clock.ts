import type { Cancellable } from '../../core/ports.ts';
import { TimerWheel } from '../../core/timer-wheel.ts';
import { EventQueue } from './event-queue.ts';

/** Things one `run` may do; more means that something goes round in circles at one instant. */
export const STEPS_PER_RUN_MAX = 100_000_000;

/**
 * Virtual time. Two things make it pass: deliveries, exact to the fraction of a millisecond, and timers, which a wheel
 * fires in ticks as on every plane. Nothing happens but inside a `run`; time jumps from one thing to the next.
 */
export class VirtualClock {
  #now = 0;
  #running = false;
  #nextTimer = Number.POSITIVE_INFINITY;
  readonly #events = new EventQueue();
  readonly #wheel = new TimerWheel(0);

  /** Milliseconds since the clock was made. */
  now(): number {
    return this.#now;
  }

  /** Deliveries under way. */
  get deliveries(): number {
    return this.#events.size;
  }

  /** Timers waiting. */
  get timers(): number {
    return this.#wheel.size;
  }

  /** Runs at this instant, after what is already due at it. */
  soon(run: () => void): void {
    this.#events.add(this.#now, run);
  }

  /** Runs at `time`, or at this instant where that has passed. */
  at(time: number, run: () => void): void {
    this.#events.add(Math.max(this.#now, time), run);
  }

  /** A timer of the wheel. `fire` must not throw. */
  timer(delayMs: number, fire: () => void): Cancellable {
    const timer = this.#wheel.schedule(this.#now, delayMs, fire);
    if (this.#now + delayMs < this.#nextTimer) this.#nextTimer = this.#wheel.nextDue() as number;
    return timer;
  }

  /** Does everything due up to `untilMs` and sets the time to it. A time that has passed does what is due now. */
  run(untilMs: number): void {
    this.#loop(untilMs, never);
    this.#now = Math.max(this.#now, untilMs);
  }

  /**
   * Runs until `predicate` holds (asked before the first step and after each), until `untilMs`, or until nothing is left
   * to do. Tells whether it holds.
   */
  runUntil(predicate: () => boolean, untilMs: number): boolean {
    if (this.#loop(untilMs, predicate)) return true;
    if (this.#events.size > 0 || this.#wheel.size > 0) this.#now = Math.max(this.#now, untilMs);
    return predicate();
  }

  #loop(untilMs: number, stop: () => boolean): boolean {
    if (this.#running) throw new Error('the clock is running already: a callback must not run it');
    this.#running = true;
    try {
      const limit = Math.max(untilMs, this.#now);
      for (let steps = 0; steps < STEPS_PER_RUN_MAX; steps++) {
        if (stop()) return true;
        if (!this.#step(limit)) return false;
      }
    } finally {
      this.#running = false;
    }
    throw new Error(`${STEPS_PER_RUN_MAX} steps in one run, and no end at ${this.#now} ms`);
  }

  #step(limit: number): boolean {
    const nextEvent = this.#events.nextTime;
    const next = Math.min(nextEvent, this.#nextTimer);
    if (next > limit || next === Number.POSITIVE_INFINITY) return false;
    this.#now = Math.max(this.#now, next);
    if (this.#nextTimer <= nextEvent) this.#fire();
    else this.#events.take()?.();
    return true;
  }

  #fire(): void {
    this.#nextTimer = Number.POSITIVE_INFINITY;
    try {
      this.#wheel.advance(this.#now, rethrow);
    } finally {
      this.#nextTimer = this.#wheel.nextDue() ?? Number.POSITIVE_INFINITY;
    }
  }
}

function never(): boolean {
  return false;
}

function rethrow(error: unknown): never {
  throw error;
}
