import type { CaughtSegment } from './read-segment.ts';

/** Segments of one half that may wait for one before them. Further ones are counted as dropped. */
export const PENDING_SEGMENTS_MAX = 4096;

const SEQUENCES = 2 ** 32;

/** What one side did, in the order in which the other side could know of it. */
export type Act = (
  | { readonly kind: 'data'; readonly bytes: Uint8Array }
  | { readonly kind: 'fin' }
  | { readonly kind: 'reset' }
) & {
  /** Milliseconds, as the file has them. */
  readonly at: number;
  /** Bytes of the other side that had come before it. */
  readonly after: number;
  /** Whether the other side had ended before it. */
  readonly afterEnd: boolean;
};

/** Bytes that are not in the file. */
export interface Gap {
  /** Bytes of this half before it. */
  readonly at: number;
  /** How many are missing; null where nothing behind them was caught that would tell. */
  readonly bytes: number | null;
}

/** What one side of a connection sent. */
export interface CaughtHalf {
  readonly acts: readonly Act[];
  /** Up to the first gap. */
  readonly bytes: number;
  /** `open`: no end was caught. */
  readonly end: 'fin' | 'reset' | 'open';
  /** The first; null where there is none. What was caught behind it is in no act. */
  readonly gap: Gap | null;
  /** Bytes that came more than once. */
  readonly repeated: number;
  /** Segments that came before one that belongs before them. */
  readonly early: number;
  /** Segments left out by PENDING_SEGMENTS_MAX. */
  readonly dropped: number;
}

/** How far the other side was. */
export interface Progress {
  readonly bytes: number;
  readonly hasEnded: boolean;
}

interface Piece {
  readonly from: number;
  readonly bytes: Uint8Array;
}

/**
 * Puts together what one side sends, in the order of its sequence numbers (RFC 9293, 3.4). Bytes that come twice count
 * once, as they came first. Keeps views of the file, no copies.
 */
export class HalfReader {
  readonly #acts: Act[] = [];
  /** Sorted by `from`; all of them behind `#next`. */
  readonly #pending: Piece[] = [];
  /** Sequence number of the first byte; null before it is known. */
  #first: number | null = null;
  #next = 0;
  #finAt: number | null = null;
  #end: 'fin' | 'reset' | 'open' = 'open';
  /** First byte that was sent and cut off by whoever caught it; null where there is none. */
  #cutAt: number | null = null;
  #repeated = 0;
  #early = 0;
  #dropped = 0;

  get bytes(): number {
    return this.#next;
  }

  get hasEnded(): boolean {
    return this.#end !== 'open';
  }

  /** Whether this SYN opens another connection than the one that was read so far. */
  isOther(segment: CaughtSegment): boolean {
    return this.#first !== null && (segment.sequence + 1) % SEQUENCES !== this.#first;
  }

  /** Takes the next segment of the file. `other` is how far the other side was before it. */
  take(segment: CaughtSegment, at: number, other: Progress): void {
    const { sequence, isSyn, isFin, isReset, payload, missing } = segment;
    if (this.#end === 'reset') return;
    const begin = (sequence + (isSyn ? 1 : 0)) % SEQUENCES;
    const told = { at, after: other.bytes, afterEnd: other.hasEnded };
    if (!isReset || payload.length > 0 || isFin) this.#first ??= begin;
    const from = this.#unwrap(begin);
    if (payload.length > 0) this.#add({ from, bytes: payload });
    if (missing > 0) this.#cutAt = Math.min(this.#cutAt ?? Number.POSITIVE_INFINITY, from + payload.length);
    if (isFin) this.#finAt ??= from + payload.length + missing;
    this.#deliver(told);
    if (!isReset) return;
    this.#acts.push({ kind: 'reset', ...told });
    this.#end = 'reset';
  }

  done(): CaughtHalf {
    return {
      acts: this.#acts,
      bytes: this.#next,
      end: this.#end,
      gap: this.#gap(),
      repeated: this.#repeated,
      early: this.#early,
      dropped: this.#dropped,
    };
  }

  /** The place in the half of a sequence number: the one that is nearest to what comes next. */
  #unwrap(sequence: number): number {
    const ahead = (sequence - (this.#first ?? sequence) - this.#next) | 0;
    return this.#next + ahead;
  }

  #add(piece: Piece): void {
    const { from, bytes } = piece;
    if (from + bytes.length <= this.#next) {
      this.#repeated += bytes.length;
      return;
    }
    if (from > this.#next) this.#early++;
    if (this.#pending.length >= PENDING_SEGMENTS_MAX && from > this.#next) {
      this.#dropped++;
      return;
    }
    let at = this.#pending.length;
    while (at > 0 && (this.#pending[at - 1] as Piece).from > from) at--;
    this.#pending.splice(at, 0, piece);
  }

  #deliver(told: Pick<Act, 'at' | 'after' | 'afterEnd'>): void {
    let taken = 0;
    for (const { from, bytes } of this.#pending) {
      if (from > this.#next) break;
      taken++;
      const seen = Math.min(bytes.length, this.#next - from);
      this.#repeated += seen;
      if (seen === bytes.length || this.#end === 'fin') continue;
      this.#acts.push({ kind: 'data', bytes: bytes.subarray(seen), ...told });
      this.#next = from + bytes.length;
    }
    this.#pending.splice(0, taken);
    if (this.#finAt !== this.#next || this.#end !== 'open') return;
    this.#acts.push({ kind: 'fin', ...told });
    this.#end = 'fin';
  }

  #gap(): Gap | null {
    if (this.#end === 'fin') return null;
    const behind = this.#pending[0]?.from ?? this.#finAt;
    if (behind !== null && behind > this.#next) return { at: this.#next, bytes: behind - this.#next };
    const isCut = this.#cutAt !== null && this.#cutAt >= this.#next;
    return isCut || this.#dropped > 0 ? { at: this.#next, bytes: null } : null;
  }
}
