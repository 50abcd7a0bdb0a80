/** The end of a list that grows: the last `capacity` of what came, the newest first. */
export class Tail<T> {
  readonly #capacity: number;
  /** A ring: what came as number n stands at n modulo the capacity. */
  readonly #ring: T[] = [];
  #came = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** How many it has. */
  get length(): number {
    return this.#ring.length;
  }

  /** How many have come and are no longer kept. */
  get gone(): number {
    return this.#came - this.#ring.length;
  }

  push(item: T): void {
    this.#ring[this.#came % this.#capacity] = item;
    this.#came++;
  }

  /** 0 is the newest. */
  at(index: number): T | null {
    if (index < 0 || index >= this.#ring.length) return null;
    return this.#ring[(this.#came - 1 - index) % this.#capacity] ?? null;
  }

  clear(): void {
    this.#ring.length = 0;
    this.#came = 0;
  }
}
