/** Bytes shown on each side of a difference, and before it. */
export const SHOWN_BYTES_MAX = 16;
export const SHOWN_BEFORE_BYTES_MAX = 8;

/** The first place at which two answers differ. */
export interface Difference {
  /** Bytes before it, which are equal. */
  readonly at: number;
  /** The last of those. */
  readonly before: Uint8Array;
  /** What each has from there on; empty where it ends there. */
  readonly captured: Uint8Array;
  readonly now: Uint8Array;
}

/** Compares an answer with the captured one as it comes; keeps nothing of it but what is shown. */
export class Comparison {
  readonly #captured: Uint8Array;
  readonly #isWhole: boolean;
  readonly #shown: number[] = [];
  #came = 0;
  #differsAt: number | null = null;

  /** `isWhole` false: more may follow that was not captured, and is no difference. */
  constructor(captured: Uint8Array, isWhole: boolean) {
    this.#captured = captured;
    this.#isWhole = isWhole;
  }

  /** Bytes of the answer so far. */
  get came(): number {
    return this.#came;
  }

  take(bytes: Uint8Array): void {
    let at = 0;
    if (this.#differsAt === null) at = this.#equal(bytes);
    if (this.#differsAt !== null)
      this.#shown.push(...bytes.subarray(at, at + SHOWN_BYTES_MAX - this.#shown.length));
    this.#came += bytes.length;
  }

  /** `isOver`: no more comes, and an answer that is shorter than the captured one differs where it ends. */
  difference(isOver: boolean): Difference | null {
    const isShort = isOver && this.#came < this.#captured.length;
    const at = this.#differsAt ?? (isShort ? this.#came : null);
    if (at === null) return null;
    return {
      at,
      before: this.#captured.subarray(Math.max(0, at - SHOWN_BEFORE_BYTES_MAX), at),
      captured: this.#captured.subarray(at, at + SHOWN_BYTES_MAX),
      now: Uint8Array.from(this.#shown),
    };
  }

  /** How many of these bytes are as captured, or behind all that was; marks where they are not. */
  #equal(bytes: Uint8Array): number {
    const rest = this.#captured.subarray(this.#came, this.#came + bytes.length);
    for (let at = 0; at < rest.length; at++) if (bytes[at] !== rest[at]) return this.#mark(at);
    return rest.length < bytes.length && this.#isWhole ? this.#mark(rest.length) : bytes.length;
  }

  #mark(at: number): number {
    this.#differsAt = this.#came + at;
    return at;
  }
}
