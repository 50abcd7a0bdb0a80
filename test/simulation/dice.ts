/** Chance from a seed: the same seed gives the same throws (mulberry32). */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0, below 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number, both ends included. */
  between(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  often(share: number): boolean {
    return this.next() < share;
  }

  one<T>(choices: readonly T[]): T {
    return choices[this.between(0, choices.length - 1)] as T;
  }

  /** Bytes by chance, of a length spread over the orders of magnitude. */
  bytes(max: number): Uint8Array {
    const bytes = new Uint8Array(Math.ceil(Math.exp(this.next() * Math.log(max))));
    for (let i = 0; i < bytes.length; i++) bytes[i] = (Math.imul(i + 1, 2_654_435_761) ^ this.#state) >>> 13;
    return bytes;
  }
}
