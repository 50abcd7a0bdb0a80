import type { ByteReader } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';
import type { TransitionFact } from './facts.ts';

/** Most bytes of the event, and of the snapshot, of a transition; a longer one is cut, and is no JSON then. */
export const FACT_JSON_BYTES_MAX = 4 * 1024;

/** All but its kind and its time. */
export function encodeTransition(fact: TransitionFact, into: ByteWriter): void {
  into.float64(fact.connection);
  into.int32(fact.listener);
  into.float64(fact.step);
  into.text(fact.event, FACT_JSON_BYTES_MAX);
  into.text(fact.snapshot, FACT_JSON_BYTES_MAX);
}

export function decodeTransition(at: number, from: ByteReader): TransitionFact {
  return {
    kind: 'transition',
    at,
    connection: from.float64(),
    listener: from.int32(),
    step: from.float64(),
    event: from.text(),
    snapshot: from.text(),
  };
}
