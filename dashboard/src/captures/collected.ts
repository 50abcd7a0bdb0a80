/** So many bytes are handed to the browser together, which may keep them on the disk. */
const FOLDED_BYTES = 4 * 1024 * 1024;

/** Pieces that become one file of the browser's. */
export class Collected {
  readonly #type: string;
  readonly #folded: Blob[] = [];
  #pieces: Uint8Array<ArrayBuffer>[] = [];
  #loose = 0;
  bytes = 0;

  /** `type`: of its media. */
  constructor(type: string) {
    this.#type = type;
  }

  add(piece: Uint8Array<ArrayBuffer>): void {
    this.#pieces.push(piece);
    this.#loose += piece.length;
    this.bytes += piece.length;
    if (this.#loose < FOLDED_BYTES) return;
    this.#folded.push(new Blob(this.#pieces));
    this.#pieces = [];
    this.#loose = 0;
  }

  /** All of it. */
  blob(): Blob {
    return new Blob([...this.#folded, ...this.#pieces], { type: this.#type });
  }
}
