import type { Cancellable, Timers } from '../../core/ports.ts';
import { TimerWheel } from '../../core/timer-wheel.ts';

/** Longest sleep of the driver; Node's setTimeout takes 2^31 - 1 ms at most. */
const SLEEP_MS_MAX = 60_000;

/**
 * The machine's monotonic clock in milliseconds. It reads the same in every thread; of `performance.now()`, which is as
 * quick, Node does not promise that.
 */
export function monotonicMs(): number {
  const time = process.hrtime();
  return time[0] * 1e3 + time[1] / 1e6;
}

/** The process's monotonic clock and one timer wheel over it, driven by a single setTimeout. */
export class NetTimers implements Timers {
  readonly epoch: number;
  readonly #wheel = new TimerWheel(monotonicMs());
  readonly #onError: (error: unknown) => void;
  #sleep: NodeJS.Timeout | null = null;
  #wakeAt = Number.POSITIVE_INFINITY;
  #closed = false;

  /** `onError` gets what timers throw. `epoch` as in `PlaneOptions`. */
  constructor(onError: (error: unknown) => void, epoch = measuredEpoch()) {
    this.#onError = onError;
    this.epoch = epoch;
  }

  now(): number {
    return monotonicMs();
  }

  after(delayMs: number, fire: () => void): Cancellable {
    const now = monotonicMs();
    const timer = this.#wheel.schedule(now, delayMs, fire);
    if (!this.#closed && now + delayMs < this.#wakeAt) this.#arm(now, now + delayMs);
    return timer;
  }

  /** Nothing fires afterwards. */
  close(): void {
    this.#closed = true;
    if (this.#sleep !== null) clearTimeout(this.#sleep);
    this.#sleep = null;
  }

  #arm(now: number, wakeAt: number): void {
    if (this.#sleep !== null) clearTimeout(this.#sleep);
    this.#wakeAt = wakeAt;
    this.#sleep = setTimeout(this.#wake, Math.min(SLEEP_MS_MAX, Math.max(1, Math.ceil(wakeAt - now))));
  }

  readonly #wake = (): void => {
    this.#sleep = null;
    this.#wakeAt = Number.POSITIVE_INFINITY;
    this.#wheel.advance(monotonicMs(), this.#onError);
    const due = this.#closed ? null : this.#wheel.nextDue();
    if (due !== null && due < this.#wakeAt) this.#arm(monotonicMs(), due);
  };
}

/** `timeOrigin` is exact to the microsecond, where `Date.now()` is cut to the millisecond. */
function measuredEpoch(): number {
  return performance.timeOrigin + performance.now() - monotonicMs();
}
