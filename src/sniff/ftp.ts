import { NO_MATCH, needMore, type Verdict } from './sniffer.ts';
import { latin1 } from './text.ts';
import { readWordLine } from './word-line.ts';

const WORDS = ['USER', 'AUTH'];
const LINE_BYTES_MAX = 512;
/** RFC 2228, 3 and RFC 4217, 4. */
const MECHANISMS: ReadonlySet<string> = new Set(['TLS', 'TLS-C', 'TLS-P', 'SSL', 'GSSAPI', 'KERBEROS_V4']);

const MATCH: Verdict = { kind: 'match', sniffed: { protocol: 'ftp' } };

/**
 * Recognises an FTP client that does not wait for the server's greeting, by USER with one name or AUTH with a security
 * mechanism. RFC 959, 4.1.1. Most wait, and are silent. An eager POP3 client looks the same.
 */
export function sniffFtp(bytes: Uint8Array): Verdict {
  const line = readWordLine(bytes, WORDS, LINE_BYTES_MAX);
  if (line.kind === 'no') return NO_MATCH;
  if (line.kind === 'open') return needMore(bytes.length + 1);
  const rest = latin1(bytes, line.from, line.to);
  if (line.word === 'AUTH') return isFtpMechanism(rest) ? MATCH : NO_MATCH;
  return /^\S+$/.test(rest) ? MATCH : NO_MATCH;
}

/** Whether a text is the name of a security mechanism, in any case. */
export function isFtpMechanism(text: string): boolean {
  return MECHANISMS.has(text.toUpperCase());
}
