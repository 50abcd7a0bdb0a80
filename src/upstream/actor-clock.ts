import type { Cancellable, Timers } from '../core/ports.ts';

/**
 * The clock of one system of actors, on a plane's timers. XState does not stop the children of an actor that threw:
 * `cancelAll` makes sure that no delayed event of theirs comes any more.
 */
export class ActorClock {
  readonly #timers: Timers;
  readonly #waiting = new Set<Cancellable>();

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  setTimeout(fire: () => void, delayMs: number): Cancellable {
    const timer = this.#timers.after(delayMs, () => {
      this.#waiting.delete(timer);
      fire();
    });
    this.#waiting.add(timer);
    return timer;
  }

  clearTimeout(timer: Cancellable): void {
    this.#waiting.delete(timer);
    timer.cancel();
  }

  cancelAll(): void {
    for (const timer of this.#waiting) timer.cancel();
    this.#waiting.clear();
  }
}
