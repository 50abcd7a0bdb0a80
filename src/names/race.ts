import type { Address } from '../core/address.ts';
import type { Cancellable, DialFailure, DialHandler, DialOptions, Plane } from '../core/ports.ts';

/** What a race is told and tells: of the first to connect, or of the failure of all. */
export interface RaceHandler extends DialHandler {
  /** An attempt begins. Absent = nobody counts. */
  began?(): void;
  /** One of several addresses failed, and the race goes on. `from` as `timers.now()`. Absent = nobody minds. */
  lost?(failure: DialFailure, from: number): void;
}

/**
 * Connects to the first of several addresses that answers (RFC 8305): the next one is tried `delayMs` after the one before, or
 * at once where that has failed; whoever connects first wins, and the others are given up. With one address it is a plain
 * dial. What is told of a race that failed is the failure that says most. Cancelling ends all attempts. No deadline in here.
 * Throws a RangeError where there is no address.
 */
export function race(
  plane: Plane,
  addresses: readonly Address[],
  options: DialOptions,
  delayMs: number,
  handler: RaceHandler,
): Cancellable {
  const [only] = addresses;
  if (only === undefined) throw new RangeError('a race without an address');
  if (addresses.length > 1) return new Race(plane, addresses, options, delayMs, handler).start();
  handler.began?.();
  return plane.dial(only, options, handler);
}

/** What says most of why a race was lost, first: what is this machine's trouble, then what a backend has answered. */
const WEIGHT: readonly DialFailure['kind'][] = [
  'out-of-descriptors',
  'out-of-ports',
  'refused',
  'other',
  'name',
  'unreachable',
];

/** null while the plane is being asked for it. */
interface Attempt {
  dial: Cancellable | null;
}

class Race implements Cancellable {
  readonly #plane: Plane;
  readonly #left: Address[];
  readonly #options: DialOptions;
  readonly #delayMs: number;
  readonly #handler: RaceHandler;
  readonly #under = new Set<Attempt>();
  #next: Cancellable | null = null;
  #failure: DialFailure | null = null;
  #isOver = false;

  constructor(
    plane: Plane,
    addresses: readonly Address[],
    options: DialOptions,
    delayMs: number,
    handler: RaceHandler,
  ) {
    this.#plane = plane;
    this.#left = [...addresses];
    this.#options = options;
    this.#delayMs = delayMs;
    this.#handler = handler;
  }

  start(): this {
    this.#dialNext();
    return this;
  }

  cancel(): void {
    this.#isOver = true;
    this.#next?.cancel();
    for (const { dial } of this.#under) dial?.cancel();
    this.#under.clear();
  }

  #dialNext(): void {
    this.#next?.cancel();
    this.#next = null;
    const address = this.#left.shift();
    if (address === undefined || this.#isOver) return;
    const { timers } = this.#plane;
    const from = timers.now();
    this.#handler.began?.();
    const attempt: Attempt = { dial: null };
    this.#under.add(attempt);
    const dial = this.#plane.dial(address, this.#options, {
      connected: (endpoint) => {
        this.#under.delete(attempt);
        this.cancel();
        this.#handler.connected(endpoint);
      },
      failed: (failure) => {
        this.#under.delete(attempt);
        this.#failed(failure, from);
      },
    });
    attempt.dial = dial;
    if (this.#under.has(attempt) && this.#left.length > 0)
      this.#next = timers.after(this.#delayMs, () => this.#dialNext());
  }

  #failed(failure: DialFailure, from: number): void {
    this.#failure = this.#failure === null ? failure : graver(this.#failure, failure);
    const isLast = this.#under.size === 0 && this.#left.length === 0;
    if (isLast || failure.kind === 'out-of-descriptors') {
      this.cancel();
      this.#handler.failed(this.#failure);
      return;
    }
    this.#handler.lost?.(failure, from);
    this.#dialNext();
  }
}

function graver(one: DialFailure, other: DialFailure): DialFailure {
  return WEIGHT.indexOf(other.kind) < WEIGHT.indexOf(one.kind) ? other : one;
}
