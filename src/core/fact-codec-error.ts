import type { ByteReader } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';
import type { ErrorFact } from './facts.ts';

/** All but its kind and its time. A longer trace id or message is cut. */
export function encodeError(
  fact: ErrorFact,
  into: ByteWriter,
  textBytesMax: number,
  messageBytesMax: number,
): void {
  into.uint8(fact.connection === null ? 0 : 1);
  into.float64(fact.connection ?? 0);
  into.text(fact.traceId, textBytesMax);
  into.text(fact.message, messageBytesMax);
}

export function decodeError(at: number, from: ByteReader): ErrorFact {
  const known = from.flag();
  const connection = from.float64();
  return {
    kind: 'error',
    at,
    connection: known ? connection : null,
    traceId: from.textOrNull(),
    message: from.text(),
  };
}
