/** The most bytes of a name that is kept of a client, which lives as long as its connection. */
export const NAME_BYTES_MAX = 255;

const DECODER = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The text from `from` to before `to`; undefined where it is empty, longer than NAME_BYTES_MAX, no UTF-8, or has
 * control characters in it.
 */
export function readName(bytes: Uint8Array, from: number, to: number): string | undefined {
  if (to <= from || to - from > NAME_BYTES_MAX || to > bytes.length) return undefined;
  let isAscii = true;
  for (let at = from; at < to; at++) {
    const byte = bytes[at] as number;
    if (byte < 0x20 || byte === 0x7f) return undefined;
    if (byte >= 0x80) isAscii = false;
  }
  return isAscii ? latin1(bytes, from, to) : utf8(bytes, from, to);
}

/** One character for each byte from `from` to before `to`. The caller bounds how many. */
export function latin1(bytes: Uint8Array, from: number, to: number): string {
  let text = '';
  for (let at = from; at < to; at++) text += String.fromCharCode(bytes[at] as number);
  return text;
}

function utf8(bytes: Uint8Array, from: number, to: number): string | undefined {
  try {
    const text = DECODER.decode(bytes.slice(from, to));
    return /\p{Cc}/u.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}
