import { mixHashes } from '../core/hash.ts';
import type { Candidate } from './candidate.ts';

const OFFSET_SALT = 1;
const SKIP_SALT = 2;
const EMPTY = -1;

/**
 * Which backend each slot belongs to (Eisenbud et al., "Maglev", NSDI 2016, section 3.4), by weight: backends take turns
 * in claiming the next free slot of an order of their own, one of half the weight in every second turn. Made of all
 * backends of a pool that have a weight, whatever their health, and anew where a weight changes; it depends on names and
 * weights alone, not on their order. Nothing is allocated after it was made.
 */
export class MaglevTable {
  readonly size: number;
  readonly #places: Int16Array;
  /** Places in the order of seeds. */
  readonly #order: readonly number[];
  readonly #weights: number[];
  readonly #position: Int32Array;
  readonly #due: Float64Array;

  /** `size` is a prime number and at least that of the backends, of which there are fewer than 2^15. */
  constructor(size: number, backends: readonly Candidate[]) {
    this.size = size;
    this.#places = new Int16Array(size).fill(EMPTY);
    this.#order = backends
      .map(({ seed, place }) => ({ seed, place }))
      .sort((a, b) => a.seed - b.seed)
      .map(({ place }) => place);
    this.#weights = backends.map(() => 0);
    this.#position = new Int32Array(backends.length);
    this.#due = new Float64Array(backends.length);
    this.refresh(backends);
  }

  /** The place of the backend that has the slot of this hash; -1 where no backend has a weight. */
  placeOf(hash: number): number {
    return this.#places[hash % this.size] as number;
  }

  /** Heeds the weights as they are now. Where none has changed this is quick. */
  refresh(backends: readonly Candidate[]): void {
    let isChanged = false;
    for (let place = 0; place < backends.length; place++) {
      const { weight } = backends[place] as Candidate;
      if (this.#weights[place] === weight) continue;
      this.#weights[place] = weight;
      isChanged = true;
    }
    if (isChanged) this.#fill(backends);
  }

  #fill(backends: readonly Candidate[]): void {
    this.#places.fill(EMPTY);
    this.#position.fill(0);
    this.#due.fill(0);
    let heaviest = 0;
    for (let place = 0; place < backends.length; place++)
      heaviest = Math.max(heaviest, this.#weights[place] as number);
    if (heaviest <= 0) return;
    let filled = 0;
    for (let turn = 1; ; turn++) {
      for (let nth = 0; nth < this.#order.length; nth++) {
        const place = this.#order[nth] as number;
        const weight = this.#weights[place] as number;
        if (weight <= 0 || turn * weight < (this.#due[place] as number)) continue;
        this.#due[place]! += heaviest;
        this.#claim(place, (backends[place] as Candidate).seed);
        if (++filled === this.size) return;
      }
    }
  }

  #claim(place: number, seed: number): void {
    const skip = (mixHashes(seed, SKIP_SALT) % (this.size - 1)) + 1;
    let slot = (mixHashes(seed, OFFSET_SALT) + (this.#position[place] as number) * skip) % this.size;
    while (this.#places[slot] !== EMPTY) {
      this.#position[place]! += 1;
      slot = (slot + skip) % this.size;
    }
    this.#position[place]! += 1;
    this.#places[slot] = place;
  }
}
