import { NO_MATCH, needMore, type Verdict } from './sniffer.ts';
import { readWordLine } from './word-line.ts';

const SPACE = 0x20;
const WORDS = ['EHLO', 'HELO'];
/** RFC 5321, 4.5.3.1.4. */
const LINE_BYTES_MAX = 512;

const MATCH: Verdict = { kind: 'match', sniffed: { protocol: 'smtp' } };

/**
 * Recognises an SMTP client that does not wait for the server's greeting, by EHLO or HELO with one name. RFC 5321,
 * 4.1.1.1. Most wait, and are silent.
 */
export function sniffSmtp(bytes: Uint8Array): Verdict {
  const line = readWordLine(bytes, WORDS, LINE_BYTES_MAX);
  if (line.kind === 'no') return NO_MATCH;
  if (line.kind === 'open') return needMore(bytes.length + 1);
  const isOneName = line.to > line.from && !bytes.subarray(line.from, line.to).includes(SPACE);
  return isOneName ? MATCH : NO_MATCH;
}
