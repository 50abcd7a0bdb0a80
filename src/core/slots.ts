/** What can be kept in `Slots`, in one at a time. */
export interface Slotted {
  /** Its place there, written by `Slots` alone; -1 = it is in none. */
  slot: number;
}

/**
 * A set of what comes and goes quickly, in constant time. A `Map` or a `Set` would make itself a new table every so many
 * additions; the one before, once it is old, keeps all that it held alive past the collections of young objects, and
 * whatever is held by those (D-093). Here a place is emptied and used again.
 */
export class Slots<T extends Slotted> implements Iterable<T> {
  readonly #things: (T | null)[] = [];
  /** Places without a thing, as far as `#freeCount`; the list keeps its length, as `#things` does. */
  readonly #free: number[] = [];
  #freeCount = 0;

  get size(): number {
    return this.#things.length - this.#freeCount;
  }

  /** Does nothing where it is in here already. */
  add(thing: T): void {
    if (this.has(thing)) return;
    const slot = this.#freeCount > 0 ? this.#free[--this.#freeCount]! : this.#things.length;
    thing.slot = slot;
    this.#things[slot] = thing;
  }

  has(thing: T): boolean {
    return thing.slot >= 0 && this.#things[thing.slot] === thing;
  }

  /** Whether it was in here. */
  delete(thing: T): boolean {
    if (!this.has(thing)) return false;
    this.#things[thing.slot] = null;
    this.#free[this.#freeCount++] = thing.slot;
    thing.slot = -1;
    return true;
  }

  /** What stands in a place; null where nothing does, and for -1. */
  at(slot: number): T | null {
    return slot < 0 ? null : (this.#things[slot] ?? null);
  }

  /** In no order. Who stays is seen once; who comes or goes meanwhile is seen or not. */
  *[Symbol.iterator](): IterableIterator<T> {
    for (let slot = 0; slot < this.#things.length; slot++) {
      const thing = this.#things[slot];
      if (thing !== null && thing !== undefined) yield thing;
    }
  }
}
