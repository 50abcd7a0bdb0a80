const DECODER = new TextDecoder('utf-8', { ignoreBOM: true });
const ENCODER = new TextEncoder();

/** Two bytes, big-endian, which are there. */
export function uint16(bytes: Uint8Array, at: number): number {
  return (bytes[at] as number) * 256 + (bytes[at + 1] as number);
}

/** Four bytes, big-endian, which are there; from 0. */
export function uint32(bytes: Uint8Array, at: number): number {
  return uint16(bytes, at) * 65_536 + uint16(bytes, at + 2);
}

/** A copy of its own, also of a Buffer, whose `slice` is a view. */
export function copy(bytes: Uint8Array, from: number, to: number): Uint8Array {
  return new Uint8Array(bytes.subarray(from, to));
}

/** One character a byte. */
export function latin1(bytes: Uint8Array, from: number, to: number): string {
  let text = '';
  for (let at = from; at < to; at++) text += String.fromCharCode(bytes[at] as number);
  return text;
}

/** The reverse of `latin1`; null where a character is above U+00FF. */
export function fromLatin1(text: string): Uint8Array | null {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0xff) return null;
    bytes[i] = code;
  }
  return bytes;
}

/** null where the bytes are no UTF-8. */
export function utf8(bytes: Uint8Array, from: number, to: number): string | null {
  const part = bytes.subarray(from, to);
  const text = DECODER.decode(part);
  return !text.includes('\ufffd') || sameBytes(ENCODER.encode(text), part) ? text : null;
}

/** A lone surrogate becomes U+FFFD. */
export function fromUtf8(text: string): Uint8Array {
  return ENCODER.encode(text);
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
