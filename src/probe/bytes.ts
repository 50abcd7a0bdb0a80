export const NO_BYTES = new Uint8Array(0);

const encoder = new TextEncoder();
const LATIN1 = new TextDecoder('latin1');

export function bytesOfText(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Of pairs of hex digits, with spaces between them or not. */
export function bytesOfHex(hex: string): Uint8Array {
  const digits = hex.replaceAll(' ', '');
  return Uint8Array.from({ length: digits.length / 2 }, (_, at) =>
    Number.parseInt(digits.slice(2 * at, 2 * at + 2), 16),
  );
}

/** One character for each byte. */
export function latin1(bytes: Uint8Array): string {
  return LATIN1.decode(bytes);
}

/** Where a byte comes first, from a place on; -1 = nowhere. */
export function find(bytes: Uint8Array, byte: number, from = 0): number {
  return bytes.indexOf(byte, Math.max(0, from));
}

/** Where bytes come first, from a place on; -1 = nowhere. */
export function findAll(bytes: Uint8Array, needle: Uint8Array, from: number): number {
  const first = needle[0] as number;
  for (let at = find(bytes, first, from); at >= 0; at = find(bytes, first, at + 1)) {
    if (at + needle.length > bytes.length) return -1;
    if (needle.every((byte, offset) => bytes[at + offset] === byte)) return at;
  }
  return -1;
}
