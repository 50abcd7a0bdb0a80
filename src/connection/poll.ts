import type { Cancellable, Timers } from '../core/ports.ts';

/** A look that is taken again and again, for as long as it is wanted. */
export class Poll {
  readonly #timers: Timers;
  readonly #ms: number;
  readonly #look: () => void;
  readonly #isWanted: () => boolean;
  #wait: Cancellable | null = null;

  /** `isWanted` is asked after each look, also after one that threw. */
  constructor(timers: Timers, ms: number, look: () => void, isWanted: () => boolean) {
    this.#timers = timers;
    this.#ms = ms;
    this.#look = look;
    this.#isWanted = isWanted;
  }

  /** The next look is `ms` from now, unless one is waited for already. */
  start(): void {
    this.#wait ??= this.#timers.after(this.#ms, () => {
      this.#wait = null;
      try {
        this.#look();
      } finally {
        if (this.#isWanted()) this.start();
      }
    });
  }

  stop(): void {
    this.#wait?.cancel();
    this.#wait = null;
  }
}
