import type { Chunk } from '../core/chunk.ts';
import type { Pace } from './holding.ts';

/**
 * Lets each chunk pass so long after it was read, but never before those in front of it. It counts from `Chunk.at`: what
 * waited in a stage before waits the less. A piece that passes is stamped with the time at which it was due, so that a
 * second delay behind this one is added to it.
 */
export class Delay implements Pace {
  /** Milliseconds; asked once for each chunk, in order. Below 0 counts as 0. */
  readonly #delayOf: () => number;
  readonly #earlyMs: number;
  /** Times, in whole milliseconds, at which the next so many bytes are due, first first. */
  readonly #due: { at: number; bytes: number }[] = [];
  #last = Number.NEGATIVE_INFINITY;

  /** Waits end with a tick of `tickMs`: the one that is nearest to the time is taken, so that half of them are not late. */
  constructor(delayOf: () => number, tickMs: number) {
    this.#delayOf = delayOf;
    this.#earlyMs = tickMs / 2;
  }

  came(chunk: Chunk): void {
    const at = Math.max(this.#last, Math.round(chunk.at + Math.max(0, this.#delayOf())));
    const last = this.#due.at(-1);
    if (last?.at === at) last.bytes += chunk.bytes.length;
    else this.#due.push({ at, bytes: chunk.bytes.length });
    this.#last = at;
  }

  allowed(_held: number, now: number): number {
    const first = this.#due[0];
    return first !== undefined && first.at - this.#earlyMs <= now ? first.bytes : 0;
  }

  waitMs(_held: number, now: number): number {
    return Math.max(0, (this.#due[0]?.at ?? now) - this.#earlyMs - now);
  }

  passes(piece: Chunk): Chunk {
    const first = this.#due[0];
    if (first === undefined) return piece;
    first.bytes -= piece.bytes.length;
    if (first.bytes === 0) this.#due.shift();
    return first.at <= piece.at ? piece : { bytes: piece.bytes, at: first.at, borrowed: piece.borrowed };
  }
}
