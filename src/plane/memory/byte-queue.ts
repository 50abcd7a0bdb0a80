/** Pieces already taken that may lie at the front before the list is moved together. */
const SPENT_PIECES_MAX = 64;

/** Bytes first in, first out. Holds the pieces it is given without copying them. */
export class ByteQueue {
  #pieces: Uint8Array[] = [];
  #first = 0;
  #offset = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** The queue owns `bytes` from here on. */
  push(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#pieces.push(bytes);
    this.#length += bytes.length;
  }

  /** The first bytes in one piece, at most `max`, possibly fewer than the queue has; empty where it is empty. */
  peek(max: number): Uint8Array {
    return this.#pieces[this.#first]?.subarray(this.#offset, this.#offset + max) ?? EMPTY;
  }

  /** As `peek`, and takes them out. */
  take(max: number): Uint8Array {
    const taken = this.peek(max);
    if (taken.length > 0) this.#advance(taken.length);
    return taken;
  }

  /** Copies the first bytes into `target` without taking them; returns how many. */
  copy(target: Uint8Array): number {
    let copied = 0;
    let offset = this.#offset;
    for (let index = this.#first; index < this.#pieces.length && copied < target.length; index++) {
      const piece = (this.#pieces[index] as Uint8Array).subarray(offset, offset + target.length - copied);
      target.set(piece, copied);
      copied += piece.length;
      offset = 0;
    }
    return copied;
  }

  /** Takes the first bytes into `target`; returns how many. */
  read(target: Uint8Array): number {
    const copied = this.copy(target);
    this.drop(copied);
    return copied;
  }

  /** Drops the first `bytes`, at most all. */
  drop(bytes: number): void {
    let left = Math.min(bytes, this.#length);
    while (left > 0) {
      const piece = this.#pieces[this.#first] as Uint8Array;
      const part = Math.min(left, piece.length - this.#offset);
      this.#advance(part);
      left -= part;
    }
  }

  clear(): void {
    this.#pieces = [];
    this.#first = 0;
    this.#offset = 0;
    this.#length = 0;
  }

  #advance(bytes: number): void {
    this.#length -= bytes;
    this.#offset += bytes;
    if (this.#offset < (this.#pieces[this.#first] as Uint8Array).length) return;
    this.#offset = 0;
    this.#first++;
    if (this.#length === 0) this.clear();
    else if (this.#first > SPENT_PIECES_MAX) {
      this.#pieces.splice(0, this.#first);
      this.#first = 0;
    }
  }
}

/** A copy. Not `slice`, which on a Buffer gives a view of the same memory. */
export function copyOf(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes);
}

const EMPTY = new Uint8Array(0);
