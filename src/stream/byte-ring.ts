/** Room a ring starts with; it doubles from there. */
const RING_BYTES_MIN = 1024;

/** Asks for memory; false where there is none, and the ring goes on with what it has. */
export type Reserve = (bytes: number) => boolean;

/** Remembers the last bytes of a stream, up to a number of them. Its memory grows with what it remembers. */
export class ByteRing {
  readonly #bytesMax: number;
  readonly #reserve: Reserve;
  #memory = new Uint8Array(0);
  /** No more memory is to be had. */
  #isFull = false;
  /** Bytes that ever came. */
  total = 0;
  /** The first byte that is remembered, counted from the beginning of the stream. */
  from = 0;

  constructor(bytesMax: number, reserve: Reserve) {
    this.#bytesMax = bytesMax;
    this.#reserve = reserve;
  }

  /** Memory it has. */
  get memoryBytes(): number {
    return this.#memory.length;
  }

  /** Takes a copy. */
  push(bytes: Uint8Array): void {
    this.#grow(this.total - this.from + bytes.length);
    const room = this.#memory.length;
    const kept = bytes.subarray(Math.max(0, bytes.length - room));
    const at = room === 0 ? 0 : (this.total + bytes.length - kept.length) % room;
    const first = kept.subarray(0, room - at);
    this.#memory.set(first, at);
    this.#memory.set(kept.subarray(first.length), 0);
    this.total += bytes.length;
    this.from = Math.max(0, this.total - room);
  }

  /** A copy of what lies between two places of the stream, as far as it is remembered. */
  read(from: number, to: number): Uint8Array {
    const start = Math.max(from, this.from);
    const length = Math.max(0, Math.min(to, this.total) - start);
    const copy = new Uint8Array(length);
    if (length === 0) return copy;
    const at = start % this.#memory.length;
    const first = this.#memory.subarray(at, at + length);
    copy.set(first);
    copy.set(this.#memory.subarray(0, length - first.length), first.length);
    return copy;
  }

  /** Makes room for `bytes`, or as much as may be had. */
  #grow(bytes: number): void {
    const old = this.#memory.length;
    if (this.#isFull || bytes <= old || old === this.#bytesMax) return;
    let room = Math.max(old, RING_BYTES_MIN);
    while (room < bytes) room *= 2;
    room = Math.min(room, this.#bytesMax);
    if (!this.#reserve(room - old)) {
      this.#isFull = true;
      return;
    }
    const kept = this.read(this.from, this.total);
    const [from, total] = [this.from, this.total];
    this.#memory = new Uint8Array(room);
    const at = from % room;
    const first = kept.subarray(0, room - at);
    this.#memory.set(first, at);
    this.#memory.set(kept.subarray(first.length), 0);
    this.total = total;
  }
}
