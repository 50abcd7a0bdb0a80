import type { BackendPlan } from '../core/plan.ts';
import type { Cancellable, DialOptions, Endpoint, Plane } from '../core/ports.ts';
import type { DiscardCause, PreconnectCount, PreconnectPlan } from '../core/preconnect.ts';
import { type AddressBook, race } from '../names/index.ts';
import { GOLDEN_FRACTION, reachable } from './dial-addresses.ts';
import { MadeAhead, type MadeAheadOwner } from './made-ahead.ts';

/** Attempts under way to one backend at once. */
export const PRECONNECTING_MAX = 4;

/** Pause after a failure or an end before use, doubling with each until one is used or has grown old. */
const PAUSE_MS_MIN = 200;
const PAUSE_MS_MAX = 5000;

/** For so long nothing is made ahead to a backend that speaks first. */
export const SPEAKS_FIRST_OFF_MS = 600_000;

/** What a row asks of its shard, and tells it. */
export interface PreconnectHost {
  readonly plane: Plane;
  readonly names: AddressBook;
  /** Whether a new connection could get this backend: not down, ejected or drained. */
  isUsable(row: number): boolean;
  /** Whether descriptors are left for one more. */
  hasDescriptors(): boolean;
  count(row: number, what: PreconnectCount, by: number): void;
  /** The backend has sent bytes before it was sent any; nothing is made ahead for `ms`. */
  spoke(backend: BackendPlan, ms: number): void;
  /** There is less than there should be. */
  wants(row: PreconnectRow): void;
}

/** How a row makes connections; rows whose settings are equal are the same to a backend. */
export interface PreconnectSettings {
  readonly plan: PreconnectPlan;
  readonly options: DialOptions;
  readonly timeoutMs: number;
  /** From one address of a name to the next. */
  readonly attemptDelayMs: number;
}

interface Attempt {
  readonly from: number;
  readonly dial: Cancellable;
}

/**
 * The connections made ahead to one backend in one shard. How many is found by use: one more with each client that found
 * none, one less with each that grew old, between the two numbers of the plan.
 */
export class PreconnectRow implements MadeAheadOwner {
  readonly backend: BackendPlan;
  readonly settings: PreconnectSettings;
  readonly #host: PreconnectHost;
  /** The oldest first. */
  readonly #idle: MadeAhead[] = [];
  readonly #attempts = new Set<Attempt>();
  #target: number;
  #pauseMs = 0;
  /** Spreads what is made over the addresses of a name. */
  #turn = 0;
  /** Nothing is made before, plane's time. */
  #pausedUntil = Number.NEGATIVE_INFINITY;
  #isClosed = false;

  constructor(backend: BackendPlan, settings: PreconnectSettings, host: PreconnectHost) {
    this.backend = backend;
    this.settings = settings;
    this.#host = host;
    this.#target = settings.plan.idleMin;
  }

  /** The newest, which is no longer this row's; null where there is none. */
  take(): Endpoint | null {
    const made = this.#idle.pop();
    if (made === undefined) {
      this.#count('misses', 1);
      // While nothing is made, that there is nothing does not tell that more was needed.
      if (this.#host.plane.timers.now() >= this.#pausedUntil)
        this.#target = Math.min(this.settings.plan.idleMax, this.#target + 1);
      this.#host.wants(this);
      return null;
    }
    const endpoint = made.handOver();
    this.#count('idle', -1);
    this.#count('hits', 1);
    this.#count('saved', made.tookMs / 1000);
    this.#pauseMs = 0;
    this.#host.wants(this);
    return endpoint;
  }

  /** Closes what may not stay and makes what is missing. */
  look(): void {
    if (this.#isClosed) return;
    const { plane } = this.#host;
    const now = plane.timers.now();
    if (!this.#host.isUsable(this.backend.row)) {
      this.#empty('unusable');
      return;
    }
    this.#expire(now);
    for (const attempt of this.#attempts) {
      if (now - attempt.from < this.settings.timeoutMs) continue;
      attempt.dial.cancel();
      this.#failed(attempt);
    }
    if (now >= this.#pausedUntil) this.#fill(now);
  }

  /** Gives up the oldest, for want of descriptors. False where there is none. */
  yieldOne(): boolean {
    const made = this.#idle.shift();
    if (made === undefined) return false;
    this.#discard(made, 'withdrawn');
    return true;
  }

  /** Nothing is left of it, and nothing comes. */
  close(): void {
    this.#isClosed = true;
    this.#empty('withdrawn');
  }

  lost(made: MadeAhead, cause: DiscardCause): void {
    const place = this.#idle.indexOf(made);
    if (place < 0) return;
    this.#idle.splice(place, 1);
    this.#count('idle', -1);
    this.#count(cause, 1);
    if (cause === 'spoke') this.#spoke();
    else this.#pause();
    this.#host.wants(this);
  }

  #fill(now: number): void {
    while (
      this.#idle.length + this.#attempts.size < this.#target &&
      this.#attempts.size < PRECONNECTING_MAX &&
      this.#host.hasDescriptors() &&
      this.#make(now)
    );
  }

  /** False where its name has no address. */
  #make(from: number): boolean {
    const { options, attemptDelayMs } = this.settings;
    this.#turn = (this.#turn + GOLDEN_FRACTION) % 1;
    const addresses = reachable(this.#host.names, this.backend, options, this.#turn);
    if (addresses.length === 0) {
      this.#count('failed', 1);
      this.#pause();
      return false;
    }
    const dial = race(this.#host.plane, addresses, options, attemptDelayMs, {
      connected: (endpoint) => this.#connected(attempt, endpoint),
      failed: () => this.#failed(attempt),
    });
    const attempt: Attempt = { from, dial };
    this.#attempts.add(attempt);
    return true;
  }

  #connected(attempt: Attempt, endpoint: Endpoint): void {
    this.#attempts.delete(attempt);
    const now = this.#host.plane.timers.now();
    this.#count('idle', 1);
    const { serverFirst } = this.settings.plan;
    this.#idle.push(new MadeAhead(endpoint, now, now - attempt.from, serverFirst, this));
    this.#host.wants(this);
  }

  #failed(attempt: Attempt): void {
    this.#attempts.delete(attempt);
    this.#count('failed', 1);
    this.#pause();
  }

  /** Once for all that fail together. */
  #pause(): void {
    const now = this.#host.plane.timers.now();
    if (now < this.#pausedUntil) return;
    this.#pauseMs = Math.min(PAUSE_MS_MAX, Math.max(PAUSE_MS_MIN, this.#pauseMs * 2));
    this.#pausedUntil = now + this.#pauseMs;
  }

  #spoke(): void {
    this.#pausedUntil = this.#host.plane.timers.now() + SPEAKS_FIRST_OFF_MS;
    this.#empty('spoke');
    this.#host.spoke(this.backend, SPEAKS_FIRST_OFF_MS);
  }

  #expire(now: number): void {
    const { ageMs, idleMin } = this.settings.plan;
    for (;;) {
      const oldest = this.#idle[0];
      if (oldest === undefined || now - oldest.at < ageMs) return;
      this.#idle.shift();
      this.#discard(oldest, 'expired');
      this.#target = Math.max(idleMin, this.#target - 1);
      this.#pauseMs = 0;
    }
  }

  #empty(cause: DiscardCause): void {
    for (const { dial } of this.#attempts) dial.cancel();
    this.#attempts.clear();
    for (const made of this.#idle.splice(0)) this.#discard(made, cause);
  }

  #discard(made: MadeAhead, cause: DiscardCause): void {
    made.drop();
    this.#count('idle', -1);
    this.#count(cause, 1);
  }

  #count(what: PreconnectCount, by: number): void {
    this.#host.count(this.backend.row, what, by);
  }
}
