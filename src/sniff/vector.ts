import { uint16 } from './numbers.ts';

/**
 * Where the variable-length vector (RFC 8446, 3.4) ends that begins at `at` with a length of `lengthBytes` bytes.
 * -1 where it does not fit into `bytes`, where its length is not from `min` to `max`, or where `at` is -1 already, so
 * that vectors can be walked in a row and checked once.
 */
export function vectorEnd(
  bytes: Uint8Array,
  at: number,
  lengthBytes: 1 | 2,
  min: number,
  max = Number.POSITIVE_INFINITY,
): number {
  const start = at + lengthBytes;
  if (at < 0 || start > bytes.length) return -1;
  const length = lengthBytes === 1 ? (bytes[at] as number) : uint16(bytes, at);
  return length < min || length > max || start + length > bytes.length ? -1 : start + length;
}
