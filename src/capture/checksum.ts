/** The sum of 16-bit words in network order, added to `sum`, not yet folded; a last odd byte counts as a high one (RFC 1071). */
export function addWords(sum: number, bytes: Uint8Array): number {
  const even = bytes.length & ~1;
  let total = sum;
  for (let at = 0; at < even; at += 2) total += (bytes[at]! << 8) | bytes[at + 1]!;
  return even === bytes.length ? total : total + (bytes[even]! << 8);
}

/** The Internet checksum of a sum: folded to 16 bits, and its complement. */
export function checksumOf(sum: number): number {
  let folded = sum;
  while (folded > 0xffff) folded = Math.floor(folded / 0x10000) + (folded & 0xffff);
  return ~folded & 0xffff;
}
