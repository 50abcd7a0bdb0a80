import type { ByteReader } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';

/** Most texts of a fact that are kept by name; the others are left out. */
export const FACT_TEXTS_MAX = 32;

/** Most bytes of a name and of a text; a longer one is cut. */
export const FACT_NAMED_TEXT_BYTES_MAX = 128;

/** Writes texts by their names, or that there are none. */
export function encodeTexts(texts: Readonly<Record<string, string>> | null, into: ByteWriter): void {
  into.uint8(texts === null ? 0 : 1);
  if (texts === null) return;
  const entries = Object.entries(texts).slice(0, FACT_TEXTS_MAX);
  into.uint8(entries.length);
  for (const [name, text] of entries) {
    into.text(name, FACT_NAMED_TEXT_BYTES_MAX);
    into.text(text, FACT_NAMED_TEXT_BYTES_MAX);
  }
}

/** What `encodeTexts` wrote. Throws a RangeError where it is damaged. */
export function decodeTexts(from: ByteReader): Record<string, string> | null {
  if (!from.flag()) return null;
  const count = from.uint8();
  if (count > FACT_TEXTS_MAX) from.damaged(`${count} texts, at most ${FACT_TEXTS_MAX} belong here`);
  return Object.fromEntries(Array.from({ length: count }, () => [from.text(), from.text()]));
}
