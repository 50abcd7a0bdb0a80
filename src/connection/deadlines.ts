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

/** `deadline.drain` is the listener's. */
type Kind = Exclude<DeadlineEvent['type'], 'deadline.drain'>;

/** Since when bytes wait for a peer that takes none, on the plane's clock; null while none wait. */
export interface Stall {
  readonly stalledSince: number | null;
}

const NEVER = Number.POSITIVE_INFINITY;

/** Those that fall due at the same time come in this order. */
const KINDS: readonly Kind[] = [
  'deadline.header',
  'deadline.queue',
  'deadline.sniff',
  'deadline.handshake',
  'deadline.connect',
  'deadline.first_byte',
  'deadline.idle',
  'deadline.half_closed',
  'deadline.write_stall',
  'deadline.linger',
];

const NONE: readonly number[] = KINDS.map(() => NEVER);

/**
 * The deadlines of one connection. Those that traffic renews (idle, half_closed, write_stall, linger) are checked
 * lazily: traffic only stamps the time, and a look that finds the stamp too young puts off the next. All share one timer,
 * which is only ever set forward: one that fires for a deadline that was cancelled or put off meanwhile sleeps until the
 * next. So there is no timer per chunk, and most connections have a single one in their life. A deadline of 0 never comes.
 */
export class Deadlines {
  readonly #timers: Timers;
  readonly #timeouts: Timeouts;
  readonly #owner: DeadlineOwner;
  /** When to look at each, by its place in KINDS. */
  readonly #due = NONE.slice();
  #timer: Cancellable | null = null;
  #wakeAt = NEVER;
  #stall: Stall | null = null;
  #isLingerRenewed = false;
  readonly #fire = (): void => this.#owner.guard(() => this.#look());
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
  after(type: Kind, ms: number): void {
    this.#watch(type, this.#timers.now(), ms);
  }

  cancel(type: Kind): void {
    this.#due[KINDS.indexOf(type)] = NEVER;
  }

  cancelAll(): void {
    this.#due.fill(NEVER);
  }

  /** As `cancelAll`, and for good: no timer is left. */
  end(): void {
    this.cancelAll();
    this.#timer?.cancel();
    this.#timer = null;
    this.#wakeAt = NEVER;
  }

  /** No byte in either direction. */
  watchIdle(): void {
    this.#watchQuiet('deadline.idle', this.#timeouts.idleMs);
  }

  /** One side has finished: no byte of the other. */
  watchHalfClosed(): void {
    this.#watchQuiet('deadline.half_closed', this.#timeouts.halfClosedMs);
  }

  /** Bytes wait for a peer and it takes none. The watch ends where none wait any more. */
  watchStall(stall: Stall): void {
    if (this.#due[KINDS.indexOf('deadline.write_stall')] !== NEVER) return;
    this.#stall = stall;
    this.after('deadline.write_stall', this.#timeouts.writeStallMs);
  }

  /** Delivery of what was read: renewed by progress where `renewed`, else absolute. */
  watchLinger(renewed: boolean): void {
    this.#isLingerRenewed = renewed;
    this.#watchQuiet('deadline.linger', this.#timeouts.lingerMs);
  }

  #watchQuiet(type: Kind, ms: number): void {
    this.lastActivity = this.#timers.now();
    this.#watch(type, this.lastActivity, ms);
  }

  #watch(type: Kind, now: number, ms: number): void {
    this.#due[KINDS.indexOf(type)] = ms === 0 ? NEVER : now + ms;
    if (ms > 0 && now + ms < this.#wakeAt) this.#sleepUntil(now + ms, ms);
  }

  #sleepUntil(at: number, ms: number): void {
    this.#timer?.cancel();
    this.#wakeAt = at;
    this.#timer = this.#timers.after(ms, this.#fire);
  }

  #look(): void {
    this.#timer = null;
    this.#wakeAt = NEVER;
    const now = this.#timers.now();
    for (let index = 0; index < KINDS.length; index++) {
      if (this.#due[index]! > now) continue;
      const type = KINDS[index]!;
      const due = this.#renewed(type) ?? now;
      this.#due[index] = due > now ? due : NEVER;
      if (due <= now) this.#owner.send({ type });
    }
    const next = Math.min(...this.#due);
    if (next < this.#wakeAt) this.#sleepUntil(next, next - now);
  }

  /** Until when traffic has put off a deadline that has come; NEVER ends the watch; null = it is one that nothing renews. */
  #renewed(type: Kind): number | null {
    switch (type) {
      case 'deadline.idle':
        return this.lastActivity + this.#timeouts.idleMs;
      case 'deadline.half_closed':
        return this.lastActivity + this.#timeouts.halfClosedMs;
      case 'deadline.write_stall': {
        const since = this.#stall?.stalledSince ?? null;
        return since === null ? NEVER : since + this.#timeouts.writeStallMs;
      }
      case 'deadline.linger':
        return this.#isLingerRenewed ? this.lastActivity + this.#timeouts.lingerMs : null;
      case 'deadline.header':
      case 'deadline.queue':
      case 'deadline.sniff':
      case 'deadline.handshake':
      case 'deadline.connect':
      case 'deadline.first_byte':
        return null;
    }
  }
}
