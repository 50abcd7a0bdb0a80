/** Places at first; a power of two, as ever after. */
const CAPACITY = 64;

/** Multiplies an id's lower half so that ids in a row are spread (Knuth, The Art of Computer Programming 3, 6.4). */
const SPREAD = 0x9e3779b1;

const FREE = -1;

/**
 * Which number belongs to an id, for ids from 0 to 2^53 and numbers from 0 to 2^31: open addressing with linear probing, at
 * most half full. It holds numbers alone, so nothing lives on by having been in it. It never shrinks.
 */
export class IdIndex {
  #ids = new Float64Array(CAPACITY).fill(FREE);
  #numbers = new Int32Array(CAPACITY);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** -1 where the id is unknown. */
  get(id: number): number {
    const at = this.#find(id);
    return this.#ids[at] === id ? this.#numbers[at]! : -1;
  }

  set(id: number, number: number): void {
    let at = this.#find(id);
    if (this.#ids[at] !== id) {
      if (2 * (this.#size + 1) > this.#ids.length) {
        this.#grow();
        at = this.#find(id);
      }
      this.#size++;
    }
    this.#ids[at] = id;
    this.#numbers[at] = number;
  }

  /** Those behind it are moved up, as far as they were put there for want of its place (Knuth, algorithm 6.4 R). */
  delete(id: number): void {
    let hole = this.#find(id);
    if (this.#ids[hole] !== id) return;
    this.#size--;
    const mask = this.#ids.length - 1;
    for (let at = (hole + 1) & mask; this.#ids[at] !== FREE; at = (at + 1) & mask) {
      const home = this.#homeOf(this.#ids[at]!);
      if (((at - home) & mask) < ((at - hole) & mask)) continue;
      this.#ids[hole] = this.#ids[at]!;
      this.#numbers[hole] = this.#numbers[at]!;
      hole = at;
    }
    this.#ids[hole] = FREE;
  }

  /** Where it stands, or the free place where it would. */
  #find(id: number): number {
    const mask = this.#ids.length - 1;
    let at = this.#homeOf(id);
    while (this.#ids[at] !== id && this.#ids[at] !== FREE) at = (at + 1) & mask;
    return at;
  }

  #homeOf(id: number): number {
    return (Math.imul(id % 2 ** 32, SPREAD) >>> 7) & (this.#ids.length - 1);
  }

  #grow(): void {
    const [ids, numbers] = [this.#ids, this.#numbers];
    this.#ids = new Float64Array(2 * ids.length).fill(FREE);
    this.#numbers = new Int32Array(2 * ids.length);
    for (let index = 0; index < ids.length; index++) {
      if (ids[index] === FREE) continue;
      const at = this.#find(ids[index]!);
      this.#ids[at] = ids[index]!;
      this.#numbers[at] = numbers[index]!;
    }
  }
}
