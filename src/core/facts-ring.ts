import { FACT_BYTES_MAX } from './fact-codec.ts';

/** Bytes of facts that may wait in a ring. */
export const FACTS_RING_BYTES = 1024 * 1024;

/** Smallest and largest ring that can be laid out. */
export const FACTS_RING_BYTES_MIN = 1024;
export const FACTS_RING_BYTES_MAX = 2 ** 30;

/** Bytes before each record that say how long it is. */
export const RECORD_HEADER_BYTES = 4;

/** The words of the header lie on cache lines of their own, since different threads write them. */
const WORDS_APART = 16;
const HEADER_WORDS = 3 * WORDS_APART;

/** A record lies in one piece: one that begins near the end runs on into this. */
const OVERHANG_BYTES = RECORD_HEADER_BYTES + FACT_BYTES_MAX;

/**
 * The layout of a ring of facts, from one shard to control. HEAD and TAIL count bytes written and read, as 32-bit numbers
 * that wrap; a position in `records` is a count modulo the capacity. A record is published by storing HEAD after it.
 */
export class FactsRingLayout {
  /** Written by the writer. */
  static readonly HEAD = 0;
  /** Written by the reader. */
  static readonly TAIL = WORDS_APART;
  /** 1: control was told that there are facts. Set by the writer, cleared by the reader before it reads. */
  static readonly TOLD = 2 * WORDS_APART;

  readonly words: Int32Array;
  readonly records: Uint8Array;
  /** A power of two. */
  readonly capacity: number;

  /** Over a ring that `allocate` made. Throws a RangeError on anything else. */
  constructor(ring: SharedArrayBuffer) {
    this.capacity = ring.byteLength - HEADER_WORDS * 4 - OVERHANG_BYTES;
    mustBeCapacity(this.capacity);
    this.words = new Int32Array(ring, 0, HEADER_WORDS);
    this.records = new Uint8Array(ring, HEADER_WORDS * 4);
  }

  /** An empty ring. `bytes` is a power of two; throws a RangeError on another or one out of range. */
  static allocate(bytes = FACTS_RING_BYTES): SharedArrayBuffer {
    mustBeCapacity(bytes);
    return new SharedArrayBuffer(HEADER_WORDS * 4 + bytes + OVERHANG_BYTES);
  }
}

function mustBeCapacity(bytes: number): void {
  const inRange = bytes >= FACTS_RING_BYTES_MIN && bytes <= FACTS_RING_BYTES_MAX;
  if (!inRange || !Number.isInteger(Math.log2(bytes)))
    throw new RangeError(
      `a ring of ${bytes} bytes: a power of two from ${FACTS_RING_BYTES_MIN} to ${FACTS_RING_BYTES_MAX} is needed`,
    );
}
