import type { Random } from './random.ts';

/** What a lent view is overwritten with when it is given back, so that whoever kept it is found out. */
export const POISON = 0xdd;

/** Bytes of one read, at most, unless the options say otherwise. */
export const READ_BYTES_MAX = 64 * 1024;

/** The one buffer that every endpoint of a plane reads into and lends to observers. */
export class ReadBuffer {
  readonly #random: Random;
  readonly #fixedBytes: number;
  #memory: Uint8Array;

  /** `readBytes` is the size of every read; 0 = sizes by chance, small ones as likely as large ones. */
  constructor(random: Random, readBytes: number) {
    this.#random = random;
    this.#fixedBytes = readBytes;
    this.#memory = new Uint8Array(Math.max(READ_BYTES_MAX, readBytes));
  }

  /** How many bytes the next read asks for. */
  nextReadBytes(): number {
    return this.#fixedBytes > 0 ? this.#fixedBytes : Math.floor(READ_BYTES_MAX ** this.#random.next());
  }

  /** The first `bytes` of the buffer; valid until `giveBack`. */
  lend(bytes: number): Uint8Array {
    if (bytes > this.#memory.length) this.#memory = new Uint8Array(bytes * 2);
    return this.#memory.subarray(0, bytes);
  }

  /** The view is over: its bytes are destroyed. */
  giveBack(view: Uint8Array): void {
    view.fill(POISON);
  }
}
