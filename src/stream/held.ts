import { type Chunk, keep, part } from '../core/chunk.ts';

/** Neighbours that together are no longer than this are joined while they are held. */
export const HELD_PACK_BYTES = 8 * 1024;

/** Room a pack starts with; it doubles from there. */
const PACK_ROOM_BYTES_MIN = 64;

/**
 * A queue of chunks that a stage holds. Small neighbours are joined, so that a peer which sends single bytes cannot
 * make the objects around them cost a hundred times what it sent. Where chunks are joined, `at` is that of the first.
 */
export class Held {
  readonly #packBytes: number;
  #chunks: Chunk[] = [];
  #bytes = 0;
  /** Memory that was joined in last; the last chunk may be appended to where it lies in it. */
  #pack: Uint8Array | null = null;

  constructor(packBytes: number = HELD_PACK_BYTES) {
    this.#packBytes = packBytes;
  }

  /** Bytes held. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Takes a chunk, borrowed or not. */
  push(chunk: Chunk): void {
    this.#bytes += chunk.bytes.length;
    const last = this.#chunks.at(-1);
    if (last !== undefined && last.bytes.length + chunk.bytes.length <= this.#packBytes) {
      this.#chunks[this.#chunks.length - 1] = this.#join(last, chunk.bytes);
    } else {
      this.#chunks.push(keep(chunk));
    }
  }

  /** The first chunk, or its first `max` bytes where it is longer; null where nothing is held. `max` is at least 1. */
  take(max: number): Chunk | null {
    const head = this.#chunks[0];
    if (head === undefined) return null;
    if (head.bytes.length > max) {
      this.#chunks[0] = part(head, max, head.bytes.length);
      this.#bytes -= max;
      return part(head, 0, max);
    }
    this.#chunks.shift();
    this.#bytes -= head.bytes.length;
    return head;
  }

  /** Drops everything; returns how many bytes that were. */
  drop(): number {
    const dropped = this.#bytes;
    this.#chunks = [];
    this.#bytes = 0;
    this.#pack = null;
    return dropped;
  }

  #join(last: Chunk, bytes: Uint8Array): Chunk {
    const length = last.bytes.length + bytes.length;
    let from = last.bytes.byteOffset;
    let pack = this.#pack;
    if (pack === null || pack.buffer !== last.bytes.buffer || from + length > pack.length) {
      pack = new Uint8Array(Math.max(PACK_ROOM_BYTES_MIN, Math.min(2 * length, this.#packBytes)));
      pack.set(last.bytes);
      from = 0;
      this.#pack = pack;
    }
    pack.set(bytes, from + last.bytes.length);
    return { bytes: pack.subarray(from, from + length), at: last.at, borrowed: false };
  }
}
