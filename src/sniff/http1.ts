import { HTTP_METHODS } from './http-methods.ts';
import { agrees } from './literal.ts';
import { NO_MATCH, needMore, type Verdict } from './sniffer.ts';

const SPACE = 0x20;
const DELETE = 0x7f;
const CARRIAGE_RETURN = 0x0d;
const LINE_FEED = 0x0a;
const VERSION = 'HTTP/1.';
/** After so much of a target it is HTTP; waiting for its end would cost more than it tells. */
const TARGET_BYTES_ENOUGH = 4096;

const MATCH: Verdict = { kind: 'match', sniffed: { protocol: 'http1' } };

/** The methods, each with the space that ends it. */
const BEGINNINGS: readonly string[] = HTTP_METHODS.map((method) => `${method} `);

/**
 * Recognises HTTP/1 by its request line: a known method, one target without spaces and control bytes, `HTTP/1.` with a
 * digit, and the end of the line. RFC 9112, 3. The version is waited for because other protocols (RTSP, ICAP, Redis
 * inline commands) share methods with HTTP; only after a target of 4 KiB it is not. HTTP/0.9 has no version and is not
 * recognised.
 */
export function sniffHttp1(bytes: Uint8Array): Verdict {
  const beginning = BEGINNINGS.find((text) => agrees(bytes, 0, text));
  if (beginning === undefined) return NO_MATCH;
  if (bytes.length < beginning.length) return needMore(bytes.length + 1);
  const end = targetEnd(bytes, beginning.length);
  if (end - beginning.length === TARGET_BYTES_ENOUGH) return MATCH;
  if (end === bytes.length) return needMore(bytes.length + 1);
  if (end === beginning.length || bytes[end] !== SPACE) return NO_MATCH;
  return sniffVersion(bytes, end + 1);
}

/** Where the request target ends: at the first space or control byte, with the bytes, or where it is long enough. */
function targetEnd(bytes: Uint8Array, from: number): number {
  const end = Math.min(bytes.length, from + TARGET_BYTES_ENOUGH);
  let at = from;
  while (at < end && isTarget(bytes[at] as number)) at++;
  return at;
}

/** Any visible byte. Those from 0x80 up are not allowed in a target, but sent by clients that do not escape UTF-8. */
function isTarget(byte: number): boolean {
  return byte > SPACE && byte !== DELETE;
}

function sniffVersion(bytes: Uint8Array, from: number): Verdict {
  if (!agrees(bytes, from, VERSION)) return NO_MATCH;
  const digit = bytes[from + VERSION.length];
  if (digit === undefined) return needMore(bytes.length + 1);
  if (digit < 0x30 || digit > 0x39) return NO_MATCH;
  return sniffLineEnd(bytes, from + VERSION.length + 1);
}

/** CR LF, or LF alone, which RFC 9112, 2.2 lets a recipient take for a line's end. */
function sniffLineEnd(bytes: Uint8Array, from: number): Verdict {
  const at = bytes[from] === CARRIAGE_RETURN ? from + 1 : from;
  const byte = bytes[at];
  if (byte === undefined) return needMore(bytes.length + 1);
  return byte === LINE_FEED ? MATCH : NO_MATCH;
}
