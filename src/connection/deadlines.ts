import type { ConnectionEvent } from '../../machines/connection.ts';
import type { Timeouts } from '../core/plan.ts';
import type { Cancellable, Timers } from '../core/ports.ts';

/** Whose deadlines they are. */
export interface DeadlineOwner {
  send(event: DeadlineEvent): void;
  /** Runs what a timer has called for; whatever it throws ends the owner and nothing else. */
  guard(act: () => void): void;
}

type DeadlineEvent = Extract<ConnectionEvent, { type: `deadline.${string}` }>;

/**
 * The deadlines of one connection. Those that traffic renews (idle, half_closed, write_stall, linger) are checked
 * lazily: traffic only stamps the time, and a timer that finds the stamp too young sleeps for the rest. So there is no
 * timer per chunk, and at most five timers a connection. A deadline of 0 never comes.
 */
export class Deadlines {
  readonly #timers: Timers;
  readonly #timeouts: Timeouts;
  readonly #owner: DeadlineOwner;
  readonly #running = new Map<DeadlineEvent['type'], Cancellable>();
  /** Time of the last byte read or accepted, either direction. */
  lastActivity: number;

  constructor(timers: Timers, timeouts: Timeouts, owner: DeadlineOwner) {
    this.#timers = timers;
    this.#timeouts = timeouts;
    this.#owner = owner;
    this.lastActivity = timers.now();
  }

  /** A byte was read or accepted at `now`. */
  touch(now: number): void {
    this.lastActivity = now;
  }

  /** Fires `type` once after `ms`, whatever the traffic. */
  after(type: DeadlineEvent['type'], ms: number): void {
    this.cancel(type);
    if (ms === 0) return;
    this.#running.set(
      type,
      this.#timers.after(ms, () => {
        this.#running.delete(type);
        this.#fire(type);
      }),
    );
  }

  /** Fires `type` when `stamp()` is `ms` old; `stamp` returning null ends the watch without firing. */
  whileQuiet(type: DeadlineEvent['type'], ms: number, stamp: () => number | null): void {
    this.cancel(type);
    if (ms === 0) return;
    const check = (): void => {
      this.#running.delete(type);
      const last = stamp();
      if (last === null) return;
      const left = last + ms - this.#timers.now();
      if (left <= 0) this.#fire(type);
      else this.#running.set(type, this.#timers.after(left, guarded));
    };
    const guarded = (): void => this.#owner.guard(check);
    this.#running.set(type, this.#timers.after(ms, guarded));
  }

  #fire(type: DeadlineEvent['type']): void {
    this.#owner.guard(() => this.#owner.send({ type }));
  }

  cancel(type: DeadlineEvent['type']): void {
    this.#running.get(type)?.cancel();
    this.#running.delete(type);
  }

  cancelAll(): void {
    for (const timer of this.#running.values()) timer.cancel();
    this.#running.clear();
  }

  /** No byte in either direction. */
  watchIdle(): void {
    this.lastActivity = this.#timers.now();
    this.whileQuiet('deadline.idle', this.#timeouts.idleMs, () => this.lastActivity);
  }

  /** One side has finished: no byte of the other. */
  watchHalfClosed(): void {
    this.lastActivity = this.#timers.now();
    this.whileQuiet('deadline.half_closed', this.#timeouts.halfClosedMs, () => this.lastActivity);
  }

  /** Bytes wait for a peer and it takes none. `stalledSince` is null while nothing waits. */
  watchStall(stalledSince: () => number | null): void {
    if (this.#running.has('deadline.write_stall')) return;
    this.whileQuiet('deadline.write_stall', this.#timeouts.writeStallMs, stalledSince);
  }

  /** Delivery of what was read: renewed by progress where `renewed`, else absolute. */
  watchLinger(renewed: boolean): void {
    const start = this.#timers.now();
    this.lastActivity = start;
    this.whileQuiet('deadline.linger', this.#timeouts.lingerMs, () => (renewed ? this.lastActivity : start));
  }
}
