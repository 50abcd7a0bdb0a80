import type { Chunk } from '../../src/core/chunk.ts';

/** A chunk of text that owns its bytes. */
export function chunkOf(text: string): Chunk {
  return { bytes: new TextEncoder().encode(text), at: 0, borrowed: false };
}

/** `length` bytes counting up from `from`, modulo 251, so that no shift by a power of two goes unseen. */
export function countingBytes(from: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = (from + i) % 251;
  return bytes;
}

/** One array of all bytes. */
export function joined(chunks: readonly Chunk[]): Uint8Array {
  return new Uint8Array(Buffer.concat(chunks.map((chunk) => chunk.bytes)));
}

/** All bytes as text. */
export function textOf(chunks: readonly Chunk[]): string {
  return new TextDecoder().decode(joined(chunks));
}
