import type { Cancellable } from './ports.ts';

/** Width of one tick, in milliseconds: deadlines fire late by at most this much. */
export const TICK_MS = 10;

/** Slots of the wheel; a timer further away than one turn waits for its turn in its slot. A power of two. */
const SLOTS = 1024;

interface Entry extends Cancellable {
  tick: number;
  fire: (() => void) | null;
  previous: Entry | null;
  next: Entry | null;
}

/**
 * A hashed timer wheel (Varghese and Lauck, scheme 6): insert and cancel in constant time, whatever the number of
 * timers. Pure: `advance` is told the time and fires what is due, in order of ticks. The owner drives it.
 */
export class TimerWheel {
  #tick: number;
  #size = 0;
  readonly #slots: (Entry | null)[] = new Array<Entry | null>(SLOTS).fill(null);

  /** `now` in milliseconds, the same clock that `advance` gets. */
  constructor(now: number) {
    this.#tick = Math.floor(now / TICK_MS);
  }

  /** Timers waiting. */
  get size(): number {
    return this.#size;
  }

  /** Fires once, not before `now + delayMs`. A delay of 0 or less fires with the next tick. */
  schedule(now: number, delayMs: number, fire: () => void): Cancellable {
    const due = Math.max(Math.ceil((now + Math.max(0, delayMs)) / TICK_MS), this.#tick + 1);
    const slot = due % SLOTS;
    const head = this.#slots[slot] ?? null;
    const entry: Entry = { tick: due, fire, previous: null, next: head, cancel: () => this.#remove(entry) };
    if (head !== null) head.previous = entry;
    this.#slots[slot] = entry;
    this.#size++;
    return entry;
  }

  /**
   * Fires everything due at `now`. `fire` may schedule and cancel; what it schedules is not due in the same call unless
   * time says so. An exception goes to `onError` and the rest still fires.
   */
  advance(now: number, onError: (error: unknown) => void): void {
    const target = Math.floor(now / TICK_MS);
    while (this.#tick < target && this.#size > 0) {
      this.#tick++;
      this.#fireTick(onError);
    }
    this.#tick = Math.max(this.#tick, target);
  }

  /** Time of the next timer in milliseconds, or null where none waits. Costs one turn of the wheel at worst. */
  nextDue(): number | null {
    if (this.#size === 0) return null;
    let best = Number.POSITIVE_INFINITY;
    for (let offset = 1; offset <= SLOTS; offset++) {
      const tick = this.#tick + offset;
      if (best <= tick) break;
      for (let entry = this.#slots[tick % SLOTS] ?? null; entry !== null; entry = entry.next) {
        if (entry.tick < best) best = entry.tick;
      }
    }
    return best * TICK_MS;
  }

  #fireTick(onError: (error: unknown) => void): void {
    const due: Entry[] = [];
    for (let entry = this.#slots[this.#tick % SLOTS] ?? null; entry !== null; entry = entry.next) {
      if (entry.tick === this.#tick) due.push(entry);
    }
    for (const entry of due.reverse()) {
      const fire = entry.fire;
      if (fire === null) continue;
      this.#remove(entry);
      try {
        fire();
      } catch (error) {
        onError(error);
      }
    }
  }

  #remove(entry: Entry): void {
    if (entry.fire === null) return;
    entry.fire = null;
    const slot = entry.tick % SLOTS;
    if (entry.previous === null) this.#slots[slot] = entry.next;
    else entry.previous.next = entry.next;
    if (entry.next !== null) entry.next.previous = entry.previous;
    entry.previous = null;
    entry.next = null;
    this.#size--;
  }
}
