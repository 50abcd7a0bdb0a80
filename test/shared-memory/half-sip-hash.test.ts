import { describe, expect, test } from 'vitest';
import { halfSipHash } from '../../src/shared-memory/half-sip-hash.ts';

/** Of the key 00 01 … 07 and the bytes 00 01 02 …: 4, 6 and 8 of them. From the authors' table of vectors. */
const VECTORS = [
  [4, 'd5e78a175be52ea1'],
  [6, 'ce3e91358aa2bc25'],
  [8, 'edfee820bce4858c'],
] as const;

describe('the hash of clients', () => {
  test.each(VECTORS)('of %d bytes is that of HalfSipHash-2-4', (length, expected) => {
    const text = String.fromCharCode(0x0504, 0x0706).slice(0, (length - 4) / 2);
    expect(hexOf(0x03020100, 0x07060504, 0x03020100, text)).toBe(expected);
  });

  test('differs by listener, by text, by the length of the text and by the seed', () => {
    const hashes = [
      hexOf(1, 2, 0, '192.0.2.1'),
      hexOf(1, 2, 1, '192.0.2.1'),
      hexOf(1, 2, 0, '192.0.2.2'),
      hexOf(1, 2, 0, ''),
      hexOf(1, 2, 0, '\0'),
      hexOf(1, 2, 0, '\0\0'),
      hexOf(1, 3, 0, '192.0.2.1'),
      hexOf(2, 2, 0, '192.0.2.1'),
    ];
    expect(new Set(hashes).size).toBe(hashes.length);
  });
});

function hexOf(seedLow: number, seedHigh: number, first: number, text: string): string {
  const hash = { low: 0, high: 0 };
  halfSipHash(seedLow, seedHigh, first, text, hash);
  const bytes = Buffer.alloc(8);
  bytes.writeInt32LE(hash.low, 0);
  bytes.writeInt32LE(hash.high, 4);
  return bytes.toString('hex');
}
