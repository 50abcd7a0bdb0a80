import { find, latin1 } from './bytes.ts';

const LF = 0x0a;
const CR = 0x0d;
/** The longest line that tells a size, with extensions. */
const SIZE_LINE_BYTES_MAX = 256;

/**
 * Takes the framing off a body in chunks (RFC 9112, 7.1), however its bytes are cut. `take` hands over pieces of the body;
 * returns false where the framing is broken. Trailers are left unread.
 */
export class ChunkedBody {
  isOver = false;
  #at = 0;
  /** Bytes of the present chunk still to come; 0 = a size line comes next. */
  #left = 0;
  /** Whether the end of line behind a chunk comes first. */
  #endsChunk = false;

  /** `bytes` is everything from the first byte of the body on. */
  take(bytes: Uint8Array, piece: (bytes: Uint8Array) => void): boolean {
    while (!this.isOver && this.#at < bytes.length) {
      if (this.#left > 0) {
        const part = bytes.subarray(this.#at, this.#at + this.#left);
        piece(part);
        this.#at += part.length;
        this.#left -= part.length;
        this.#endsChunk = this.#left === 0;
        continue;
      }
      const lf = find(bytes, LF, this.#at);
      if (lf < 0) return bytes.length - this.#at <= SIZE_LINE_BYTES_MAX;
      const line = latin1(bytes.subarray(this.#at, bytes[lf - 1] === CR ? lf - 1 : lf));
      this.#at = lf + 1;
      if (this.#endsChunk) {
        if (line !== '') return false;
        this.#endsChunk = false;
        continue;
      }
      const [, size] = /^([0-9a-fA-F]{1,8})\s*(;.*)?$/.exec(line) ?? [];
      if (size === undefined) return false;
      this.#left = Number.parseInt(size, 16);
      this.isOver = this.#left === 0;
    }
    return true;
  }
}
