import type { Cancellable } from '../../core/ports.ts';
import type { Home } from './home.ts';
import { sendQueue } from './socket.ts';

/** Pause between looks at the send queue. */
const LOOK_MS = 10;

/**
 * Waits until the peer has acknowledged all that was sent: closing over SO_LINGER 0 throws away what it has not. No event
 * tells, so the queue is looked at (SIOCOUTQ). Without a deadline.
 */
export class Delivery {
  readonly #fd: number;
  readonly #home: Home;
  readonly #progress: () => void;
  readonly #delivered: () => void;
  #timer: Cancellable | null = null;
  #left = Number.POSITIVE_INFINITY;

  /** `progress` is called whenever the queue was seen to shrink, `delivered` once, perhaps before `start` returns. */
  constructor(fd: number, home: Home, progress: () => void, delivered: () => void) {
    this.#fd = fd;
    this.#home = home;
    this.#progress = progress;
    this.#delivered = delivered;
  }

  /** Does nothing while it waits. */
  start(): void {
    if (this.#timer === null) this.#look();
  }

  cancel(): void {
    this.#timer?.cancel();
  }

  #look(): void {
    const left = sendQueue(this.#home.system, this.#fd);
    if (left === 0) {
      this.#delivered();
      return;
    }
    this.#timer = this.#home.reactor.after(LOOK_MS, () => {
      this.#timer = null;
      this.#look();
    });
    const isLess = left < this.#left && this.#left !== Number.POSITIVE_INFINITY;
    this.#left = left;
    if (isLess) this.#progress();
  }
}
