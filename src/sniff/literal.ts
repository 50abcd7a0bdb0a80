import { NO_MATCH, needMore, type Verdict } from './sniffer.ts';

/**
 * The verdict of a protocol whose every client begins with the same bytes: `match` once all of them are there.
 * `text` has one character for each byte.
 */
export function sniffLiteral(bytes: Uint8Array, text: string, match: Verdict): Verdict {
  if (!agrees(bytes, 0, text)) return NO_MATCH;
  return bytes.length >= text.length ? match : needMore(bytes.length + 1);
}

/** Whether the bytes from `at` on are those of the text, as far as both reach. */
export function agrees(bytes: Uint8Array, at: number, text: string): boolean {
  const end = Math.min(text.length, bytes.length - at);
  for (let i = 0; i < end; i++) if (bytes[at + i] !== text.charCodeAt(i)) return false;
  return true;
}
