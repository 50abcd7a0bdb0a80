import type { ByteReader } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';
import type { OpenedFact } from './facts.ts';

/** All but its kind and its time. Texts longer than `textBytesMax` are cut. */
export function encodeOpened(fact: OpenedFact, into: ByteWriter, textBytesMax: number): void {
  into.float64(fact.connection);
  into.int32(fact.listener);
  into.text(fact.client, textBytesMax);
  into.text(fact.local, textBytesMax);
  into.text(fact.traceId, textBytesMax);
  into.text(fact.spanId, textBytesMax);
  into.text(fact.parentSpanId, textBytesMax);
  into.uint8(fact.sampled ? 1 : 0);
}

export function decodeOpened(at: number, from: ByteReader): OpenedFact {
  return {
    kind: 'opened',
    at,
    connection: from.float64(),
    listener: from.int32(),
    client: from.text(),
    local: from.text(),
    traceId: from.text(),
    spanId: from.textOrNull(),
    parentSpanId: from.textOrNull(),
    sampled: from.flag(),
  };
}
