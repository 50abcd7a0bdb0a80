import type { Cancellable, Timers } from '../core/ports.ts';
import type { Admission } from './admission.ts';

/** Shortest pause before waiting connections are tried again for want of accept rate. */
const RATE_RETRY_MS_MIN = 10;

/** Someone who waits for a place. */
export interface Waiting {
  readonly listener: { readonly index: number };
  readonly clientHost: string;
  /** A place was reserved for it. */
  granted(): void;
}

/**
 * Connections that wait for a place, first come first served within a listener; one that a limit of its own holds back
 * (its client's) does not hold up those behind it.
 */
export class WaitingRoom {
  readonly #rooms: Set<Waiting>[];
  readonly #admission: Admission;
  readonly #timers: Timers;
  readonly #changed: (listener: number, by: number) => void;
  readonly #retries: (Cancellable | null)[];
  #size = 0;
  #granting = false;
  #grantAgain = false;

  /** `changed` is told how the number of those who wait for a listener changes. */
  constructor(
    listeners: number,
    admission: Admission,
    timers: Timers,
    changed: (listener: number, by: number) => void,
  ) {
    this.#changed = changed;
    this.#rooms = Array.from({ length: listeners }, () => new Set<Waiting>());
    this.#retries = new Array<Cancellable | null>(listeners).fill(null);
    this.#admission = admission;
    this.#timers = timers;
  }

  /** How many wait, in all rooms. */
  get size(): number {
    return this.#size;
  }

  /** How many wait for a listener. */
  waitingFor(listener: number): number {
    return this.#rooms[listener]?.size ?? 0;
  }

  add(waiting: Waiting): void {
    this.#rooms[waiting.listener.index]?.add(waiting);
    this.#size++;
    this.#changed(waiting.listener.index, 1);
    this.#retryForRate(waiting.listener.index);
  }

  /** Leaves the queue; nothing happens where it is not in it. */
  remove(waiting: Waiting): void {
    if (!this.#rooms[waiting.listener.index]?.delete(waiting)) return;
    this.#size--;
    this.#changed(waiting.listener.index, -1);
  }

  /**
   * Whoever can have a place gets it. One that is let in may end at once and give its place back: that call only asks for
   * another round of the one under way, so that a long queue does not become a deep stack.
   */
  grant(): void {
    this.#grantAgain = this.#size > 0;
    if (this.#granting) return;
    this.#granting = true;
    try {
      while (this.#grantAgain) {
        this.#grantAgain = false;
        for (let listener = 0; listener < this.#rooms.length; listener++) this.#grantListener(listener);
      }
    } finally {
      this.#granting = false;
    }
  }

  close(): void {
    for (const retry of this.#retries) retry?.cancel();
  }

  #grantListener(listener: number): void {
    for (const waiting of this.#rooms[listener] ?? []) {
      const limit = this.#admission.reserve(listener, waiting.clientHost);
      if (limit === null) {
        this.remove(waiting);
        waiting.granted();
      } else if (limit !== 'connections_per_ip') {
        break;
      }
    }
    this.#retryForRate(listener);
  }

  #retryForRate(listener: number): void {
    if (this.#retries[listener] !== null || this.waitingFor(listener) === 0) return;
    const wait = this.#admission.rateWaitMs(listener);
    if (wait === 0) return;
    this.#retries[listener] = this.#timers.after(Math.max(RATE_RETRY_MS_MIN, wait), () => {
      this.#retries[listener] = null;
      this.grant();
    });
  }
}
