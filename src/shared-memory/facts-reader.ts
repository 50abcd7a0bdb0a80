import { ByteReader } from '../core/byte-reader.ts';
import { decodeFactFrom, FACT_BYTES_MAX } from '../core/fact-codec.ts';
import type { Fact } from '../core/facts.ts';
import { FactsRingLayout, RECORD_HEADER_BYTES } from '../core/facts-ring.ts';

const { HEAD, TAIL, TOLD } = FactsRingLayout;

/** Reads the facts of one shard, in the order in which they were written. One reader a ring. */
export class FactsReader {
  readonly #ring: FactsRingLayout;
  readonly #header: DataView;
  readonly #reader: ByteReader;

  constructor(ring: SharedArrayBuffer) {
    this.#ring = new FactsRingLayout(ring);
    const { records } = this.#ring;
    this.#header = new DataView(records.buffer, records.byteOffset, records.byteLength);
    this.#reader = new ByteReader(records);
  }

  /**
   * At most `max` facts. As many as `max`: there may be more, and nobody will say so: read again. In the place of a record
   * that is damaged there is an `error` fact.
   */
  read(max: number): Fact[] {
    const { words, capacity } = this.#ring;
    Atomics.store(words, TOLD, 0);
    const head = Atomics.load(words, HEAD);
    let tail = Atomics.load(words, TAIL);
    const facts: Fact[] = [];
    while (facts.length < max && tail !== head) {
      const start = tail & (capacity - 1);
      const length = this.#header.getUint32(start, true);
      const waiting = (head - tail) >>> 0;
      const whole = length <= FACT_BYTES_MAX && RECORD_HEADER_BYTES + length <= waiting;
      facts.push(
        whole ? this.#decode(start, length) : damaged(`a record of ${length} bytes, ${waiting} are there`),
      );
      tail = whole ? (tail + RECORD_HEADER_BYTES + length) | 0 : head;
    }
    Atomics.store(words, TAIL, tail);
    return facts;
  }

  /** Empties the ring for a new writer. Only when the old one has ended; what is unread is lost: read before. */
  reset(): void {
    for (const word of [HEAD, TAIL, TOLD]) Atomics.store(this.#ring.words, word, 0);
  }

  #decode(start: number, length: number): Fact {
    const from = start + RECORD_HEADER_BYTES;
    try {
      this.#reader.start(from, from + length);
      return decodeFactFrom(this.#reader);
    } catch (error) {
      return damaged((error as Error).message);
    }
  }
}

function damaged(what: string): Fact {
  const message = `facts of a shard were lost in its ring: ${what}`;
  return {
    kind: 'error',
    at: performance.timeOrigin + performance.now(),
    connection: null,
    traceId: null,
    message,
  };
}
