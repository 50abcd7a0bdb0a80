/** Who stands in a line, by its place in the order. */
export interface InLine {
  /** The lower comes first. Never changes while it stands in a line; see `queueKey`. */
  readonly key: number;
}

/**
 * Those that wait for the same, the lowest key first: a binary heap that knows where everybody is, so that joining and
 * leaving from any place take a number of steps that grows with the logarithm of the length.
 */
export class PoolLine<T extends InLine> {
  readonly #heap: T[] = [];
  readonly #places = new Map<T, number>();

  get size(): number {
    return this.#heap.length;
  }

  /** null where nobody stands in it. */
  get first(): T | null {
    return this.#heap[0] ?? null;
  }

  has(one: T): boolean {
    return this.#places.has(one);
  }

  /** One that stands in it already stays where it is. */
  add(one: T): void {
    if (this.#places.has(one)) return;
    this.#heap.push(one);
    this.#up(one, this.#heap.length - 1);
  }

  /** False where it does not stand in it. */
  delete(one: T): boolean {
    const place = this.#places.get(one);
    if (place === undefined) return false;
    this.#places.delete(one);
    const last = this.#heap.pop() as T;
    if (last === one) return true;
    this.#up(last, place);
    this.#down(last, this.#places.get(last) as number);
    return true;
  }

  /** How many come before it; takes as long as the line is. For people. */
  ahead(one: T): number {
    let count = 0;
    for (const other of this.#heap) if (other.key < one.key) count++;
    return count;
  }

  #up(one: T, from: number): void {
    let place = from;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const other = this.#heap[above] as T;
      if (other.key <= one.key) break;
      this.#put(other, place);
      place = above;
    }
    this.#put(one, place);
  }

  #down(one: T, from: number): void {
    let place = from;
    for (;;) {
      const left = 2 * place + 1;
      if (left >= this.#heap.length) break;
      const isRight = left + 1 < this.#heap.length && this.#keyAt(left + 1) < this.#keyAt(left);
      const below = isRight ? left + 1 : left;
      if (this.#keyAt(below) >= one.key) break;
      this.#put(this.#heap[below] as T, place);
      place = below;
    }
    this.#put(one, place);
  }

  #keyAt(place: number): number {
    return (this.#heap[place] as T).key;
  }

  #put(one: T, place: number): void {
    this.#heap[place] = one;
    this.#places.set(one, place);
  }
}
