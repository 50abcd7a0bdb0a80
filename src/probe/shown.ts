/** Bytes of an answer that a message shows. */
export const SHOWN_BYTES_MAX = 80;

/** Bytes as a message shows them, in quotes: ASCII as it is, `\r`, `\n`, `\xff` for what is none, cut with a mark. */
export function shown(bytes: Uint8Array): string {
  const text = Array.from(bytes.subarray(0, SHOWN_BYTES_MAX), shownByte).join('');
  return `"${text}${bytes.length > SHOWN_BYTES_MAX ? '…' : ''}"`;
}

function shownByte(byte: number): string {
  if (byte === 0x0d) return '\\r';
  if (byte === 0x0a) return '\\n';
  if (byte === 0x22 || byte === 0x5c) return `\\${String.fromCharCode(byte)}`;
  if (byte >= 0x20 && byte < 0x7f) return String.fromCharCode(byte);
  return `\\x${byte.toString(16).padStart(2, '0')}`;
}
