/** Two bytes, big-endian. Bytes beyond the end count as 0, here and below: check the end first. */
export function uint16(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0);
}

/** Four bytes, big-endian. */
export function uint32(bytes: Uint8Array, at: number): number {
  return uint16(bytes, at) * 65536 + uint16(bytes, at + 2);
}

/** Four bytes, little-endian. */
export function uint32LittleEndian(bytes: Uint8Array, at: number): number {
  return ((bytes[at + 3] ?? 0) * 256 + (bytes[at + 2] ?? 0)) * 65536 + uint16LittleEndian(bytes, at);
}

function uint16LittleEndian(bytes: Uint8Array, at: number): number {
  return (bytes[at + 1] ?? 0) * 256 + (bytes[at] ?? 0);
}
