/**
 * Bytes that a direction may have outstanding: emitted by the source, not yet accepted by the far socket nor dropped by
 * a stage. Large enough for two full reads of 64 KiB, small enough that a stalled connection costs a bounded amount.
 */
export const WINDOW_BYTES = 128 * 1024;

/** The source of a direction, as its credit window sees it. */
export interface CreditedSource {
  /** No credit is left. */
  pause(): void;
  /** There is credit again. */
  resume(): void;
}

/**
 * The credit window of one direction. The source takes credit for what it emits; whoever disposes of bytes (the far
 * socket by accepting them, a stage by dropping them) gives it back. Above the limit the source is paused; it resumes
 * at half the limit, so that it does not stop and start with every chunk.
 *
 * The read that reaches the limit counts whole, and one more that was under way still arrives: outstanding exceeds the
 * limit by at most two reads.
 */
export class CreditWindow {
  readonly limit: number;
  #outstanding = 0;
  #paused = false;
  readonly #source: CreditedSource;

  constructor(limit: number, source: CreditedSource) {
    this.limit = limit;
    this.#source = source;
  }

  /** Bytes taken and not given back. */
  get outstanding(): number {
    return this.#outstanding;
  }

  /** Whether the source is paused for lack of credit. */
  get paused(): boolean {
    return this.#paused;
  }

  /** The source has emitted `bytes`. */
  take(bytes: number): void {
    this.#outstanding += bytes;
    if (!this.#paused && this.#outstanding >= this.limit) {
      this.#paused = true;
      this.#source.pause();
    }
  }

  /** `bytes` were accepted by the far socket, or dropped. Throws when more is given back than was taken. */
  give(bytes: number): void {
    if (bytes > this.#outstanding) {
      throw new RangeError(`credit of ${bytes} bytes given back, ${this.#outstanding} are outstanding`);
    }
    this.#outstanding -= bytes;
    if (this.#paused && this.#outstanding <= this.limit / 2) {
      this.#paused = false;
      this.#source.resume();
    }
  }
}
