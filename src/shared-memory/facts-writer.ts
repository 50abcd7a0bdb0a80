import { ByteWriter } from '../core/byte-writer.ts';
import { encodeFact, FACT_BYTES_MAX } from '../core/fact-codec.ts';
import type { Fact, FactSink } from '../core/facts.ts';
import { FactsRingLayout, RECORD_HEADER_BYTES } from '../core/facts-ring.ts';

const { HEAD, TAIL, TOLD } = FactsRingLayout;

/** Part of the room that only `closed` facts may use, so that an end is the last thing to be lost. */
const SHARE_FOR_CLOSED = 1 / 4;

/**
 * Writes a shard's facts into its ring. It never waits and never throws; a fact for which there is no room is dropped and
 * told to `dropped`. One writer a ring: after its death the reader is `reset` before there is another.
 */
export class FactsWriter {
  readonly #ring: FactsRingLayout;
  readonly #into: ByteWriter;
  readonly #header: DataView;
  readonly #roomForOthers: number;
  readonly #dropped: () => void;
  readonly #wake: () => void;
  #head: number;

  /** `wake` is called where there are facts and control was not told; neither function may throw. */
  constructor(ring: SharedArrayBuffer, dropped: () => void, wake: () => void) {
    this.#ring = new FactsRingLayout(ring);
    const { records, capacity } = this.#ring;
    this.#into = new ByteWriter(records);
    this.#header = new DataView(records.buffer, records.byteOffset, records.byteLength);
    this.#roomForOthers = capacity * (1 - SHARE_FOR_CLOSED);
    this.#dropped = dropped;
    this.#wake = wake;
    this.#head = Atomics.load(this.#ring.words, HEAD);
  }

  readonly write: FactSink = (fact) => {
    if (!this.#put(fact)) {
      this.#dropped();
      return;
    }
    const { words } = this.#ring;
    Atomics.store(words, HEAD, this.#head);
    if (Atomics.load(words, TOLD) === 0 && Atomics.exchange(words, TOLD, 1) === 0) this.#wake();
  };

  /** Writes a record and moves the head past it, which nobody sees yet. */
  #put(fact: Fact): boolean {
    const { words, capacity } = this.#ring;
    const used = (this.#head - Atomics.load(words, TAIL)) >>> 0;
    const room = (fact.kind === 'closed' ? capacity : this.#roomForOthers) - used;
    if (room <= RECORD_HEADER_BYTES) return false;
    const start = this.#head & (capacity - 1);
    const from = start + RECORD_HEADER_BYTES;
    const length = this.#encode(fact, from, Math.min(start + room, from + FACT_BYTES_MAX));
    if (length < 0) return false;
    this.#header.setUint32(start, length, true);
    this.#head = (this.#head + RECORD_HEADER_BYTES + length) | 0;
    return true;
  }

  /** A fact that is not what its type says is dropped like one that does not fit. */
  #encode(fact: Fact, at: number, end: number): number {
    try {
      return encodeFact(fact, this.#into, at, end);
    } catch {
      return -1;
    }
  }
}
