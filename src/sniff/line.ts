const CARRIAGE_RETURN = 0x0d;
const LINE_FEED = 0x0a;

/** How a line goes on that begins with the bytes. */
export type Line =
  /** Its end has not come. */
  | { readonly kind: 'open' }
  /** It is longer than allowed, has a control byte in it, or a carriage return without a line feed. */
  | { readonly kind: 'bad' }
  /** What is in it ends before `end`; the next begins at `next`. */
  | { readonly kind: 'whole'; readonly end: number; readonly next: number };

const OPEN: Line = { kind: 'open' };
const BAD: Line = { kind: 'bad' };

/**
 * The line that begins at `from`, ended by CR LF or by LF alone, with at most `bytesMax` bytes before its end. A tab
 * and bytes from 0x80 up are taken, other control bytes are not.
 */
export function readLine(bytes: Uint8Array, from: number, bytesMax: number): Line {
  const limit = Math.min(bytes.length, from + bytesMax + 1);
  for (let at = from; at < limit; at++) {
    const byte = bytes[at] as number;
    if (byte === LINE_FEED) return { kind: 'whole', end: at, next: at + 1 };
    if (byte === CARRIAGE_RETURN) return readLineFeed(bytes, at);
    if ((byte < 0x20 && byte !== 0x09) || byte === 0x7f) return BAD;
  }
  return bytes.length > from + bytesMax ? BAD : OPEN;
}

function readLineFeed(bytes: Uint8Array, at: number): Line {
  if (at + 1 >= bytes.length) return OPEN;
  return bytes[at + 1] === LINE_FEED ? { kind: 'whole', end: at, next: at + 2 } : BAD;
}
