const PERIOD = 65_521;
const table = new Uint8Array(2 * PERIOD);
for (let at = 0, state = 1; at < PERIOD; at++) {
  state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
  table[at] = state >>> 16;
  table[at + PERIOD] = table[at]!;
}

/** Endless bytes of which each place is known: what is lost, repeated or swapped is seen where it happens. */
export class Pattern {
  readonly #offset: number;

  constructor(offset: number) {
    this.#offset = offset;
  }

  /** `count` bytes from a place on, PERIOD at most. A view. */
  at(place: number, count: number): Uint8Array {
    const start = (this.#offset + place) % PERIOD;
    return table.subarray(start, start + count);
  }
}

/** What a client writes, and what a backend writes. */
export const UP = new Pattern(0);
export const DOWN = new Pattern(31_337);

/** Bytes in order, up to a capacity. */
export class ByteRing {
  readonly capacity: number;
  readonly #bytes: Buffer;
  #start = 0;
  size = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.#bytes = Buffer.alloc(capacity);
  }

  get free(): number {
    return this.capacity - this.size;
  }

  /** All of them must fit. */
  push(bytes: Uint8Array): void {
    if (bytes.length > this.free) throw new Error('the ring is full');
    const at = (this.#start + this.size) % this.capacity;
    const first = Math.min(bytes.length, this.capacity - at);
    this.#bytes.set(bytes.subarray(0, first), at);
    if (first < bytes.length) this.#bytes.set(bytes.subarray(first), 0);
    this.size += bytes.length;
  }

  /** A copy of `count` bytes behind the first `skip`. */
  copy(into: Uint8Array, count: number, skip = 0): void {
    const at = (this.#start + skip) % this.capacity;
    const first = Math.min(count, this.capacity - at);
    into.set(this.#bytes.subarray(at, at + first), 0);
    if (first < count) into.set(this.#bytes.subarray(0, count - first), first);
  }

  drop(count: number): void {
    this.#start = (this.#start + count) % this.capacity;
    this.size -= count;
  }

  take(count: number): Uint8Array {
    const out = new Uint8Array(count);
    this.copy(out, count);
    this.drop(count);
    return out;
  }
}
