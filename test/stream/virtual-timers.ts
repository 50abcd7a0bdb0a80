import type { Cancellable, Timers } from '../../src/core/ports.ts';
import { TICK_MS, TimerWheel } from '../../src/core/timer-wheel.ts';

/** A plane's timers on virtual time: the real wheel, turned by hand. */
export class VirtualTimers implements Timers {
  readonly epoch = 0;
  /** What timers threw. */
  readonly errors: unknown[] = [];
  #now = 0;
  readonly #wheel = new TimerWheel(0);

  now(): number {
    return this.#now;
  }

  after(delayMs: number, fire: () => void): Cancellable {
    return this.#wheel.schedule(this.#now, delayMs, fire);
  }

  /** Timers waiting. */
  get waiting(): number {
    return this.#wheel.size;
  }

  /** Lets time pass, tick by tick. */
  advanceTo(time: number): void {
    while (this.#now < time) {
      this.#now = Math.min(time, this.#now + TICK_MS);
      this.#wheel.advance(this.#now, (error) => this.errors.push(error));
    }
  }
}
