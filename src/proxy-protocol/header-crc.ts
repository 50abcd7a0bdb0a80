import { crc32c } from './crc32c.ts';

const FIELD = new Uint8Array(4);

/** The checksum of a header of version 2 whose field for it, of 4 bytes, is at `at`: it counts as 0. proxy-protocol.txt, 2.2.3. */
export function headerCrc(header: Uint8Array, at: number): number {
  return crc32c(header.subarray(at + FIELD.length), crc32c(FIELD, crc32c(header.subarray(0, at))));
}
