/** Bytes read and held while a connection is being sniffed, in one buffer that grows by doubling. */
export class HeldBytes {
  #buffer: Uint8Array = EMPTY;
  #start = 0;
  #end = 0;

  get length(): number {
    return this.#end - this.#start;
  }

  /** Appends; the first piece is kept as it is, without a copy. */
  add(bytes: Uint8Array): void {
    if (this.length === 0) {
      this.#buffer = bytes;
      this.#start = 0;
      this.#end = bytes.length;
      return;
    }
    if (this.#end + bytes.length > this.#buffer.length) {
      const grown = new Uint8Array(Math.max(1024, 2 * (this.length + bytes.length)));
      grown.set(this.view());
      this.#end = this.length;
      this.#start = 0;
      this.#buffer = grown;
    }
    this.#buffer.set(bytes, this.#end);
    this.#end += bytes.length;
  }

  /** All that is held; valid until the next call that changes it. */
  view(): Uint8Array {
    return this.#buffer.subarray(this.#start, this.#end);
  }

  /** Drops the first `bytes`; throws where fewer are held. */
  drop(bytes: number): void {
    if (bytes > this.length) throw new RangeError(`${bytes} bytes consumed, ${this.length} are held`);
    this.#start += bytes;
    if (this.#start === this.#end) this.take();
  }

  /** All that is held, given away. */
  take(): Uint8Array {
    const bytes = this.view();
    this.#buffer = EMPTY;
    this.#start = 0;
    this.#end = 0;
    return bytes;
  }
}

const EMPTY = new Uint8Array(0);
