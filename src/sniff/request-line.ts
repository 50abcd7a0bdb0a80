import { agrees } from './literal.ts';

const SPACE = 0x20;
const DELETE = 0x7f;
const CARRIAGE_RETURN = 0x0d;
const LINE_FEED = 0x0a;

/** How a request line goes on after its method, in HTTP and the protocols made after it. */
export type RequestLine =
  /** It is none. `targetBytes` of target stood there before that was certain. */
  | { readonly kind: 'no'; readonly targetBytes: number }
  /** So far it is one. What is before `checked` need not be read again. */
  | { readonly kind: 'open'; readonly targetBytes: number; readonly checked: number }
  | { readonly kind: 'whole'; readonly targetEnd: number; readonly next: number };

/**
 * One target without spaces and control bytes, from `from` on; a space; one of the versions, each without its last
 * digit; that digit; CR LF, or LF alone, which RFC 9112, 2.2 lets a recipient take for a line's end. `checked` is what
 * was returned for fewer bytes, or 0.
 */
export function readRequestLine(
  bytes: Uint8Array,
  from: number,
  versions: readonly string[],
  checked: number,
): RequestLine {
  const targetEnd = endOfTarget(bytes, Math.max(from, checked));
  const targetBytes = targetEnd - from;
  const open: RequestLine = { kind: 'open', targetBytes, checked: targetEnd };
  if (targetEnd === bytes.length) return open;
  if (targetBytes === 0 || bytes[targetEnd] !== SPACE) return { kind: 'no', targetBytes };
  const version = versions.find((text) => agrees(bytes, targetEnd + 1, text));
  if (version === undefined) return { kind: 'no', targetBytes };
  const digitAt = targetEnd + 1 + version.length;
  const digit = bytes[digitAt];
  if (digit === undefined) return open;
  if (digit < 0x30 || digit > 0x39) return { kind: 'no', targetBytes };
  const lineFeedAt = bytes[digitAt + 1] === CARRIAGE_RETURN ? digitAt + 2 : digitAt + 1;
  if (lineFeedAt >= bytes.length) return open;
  if (bytes[lineFeedAt] !== LINE_FEED) return { kind: 'no', targetBytes };
  return { kind: 'whole', targetEnd, next: lineFeedAt + 1 };
}

/** Any visible byte. Those from 0x80 up are not allowed in a target, but sent by clients that do not escape UTF-8. */
function endOfTarget(bytes: Uint8Array, from: number): number {
  let at = Math.min(from, bytes.length);
  while (at < bytes.length && (bytes[at] as number) > SPACE && bytes[at] !== DELETE) at++;
  return at;
}
