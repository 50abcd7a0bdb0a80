import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteRing } from '../../src/stream/byte-ring.ts';
import { countingBytes } from './chunks.ts';

describe('a ring of bytes', () => {
  it('remembers the last bytes, whatever the pieces in which they came, and where they lie in the stream', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5000 }),
        fc.array(fc.nat(3000), { maxLength: 40 }),
        (max, lengths) => {
          const ring = new ByteRing(max, () => true);
          let total = 0;
          for (const length of lengths) {
            ring.push(countingBytes(total, length));
            total += length;
            expect(ring.total).toBe(total);
            expect(total - ring.from).toBe(Math.min(total, max));
            expect(ring.memoryBytes).toBeLessThanOrEqual(max);
            expect(Buffer.compare(ring.read(0, total), countingBytes(ring.from, total - ring.from))).toBe(0);
          }
          const middle = Math.floor((ring.from + total) / 2);
          expect(Buffer.compare(ring.read(middle, total), countingBytes(middle, total - middle))).toBe(0);
        },
      ),
    );
  });

  it('has no more memory than it needs', () => {
    const ring = new ByteRing(1024 * 1024, () => true);
    expect(ring.memoryBytes).toBe(0);
    ring.push(new Uint8Array(10));
    expect(ring.memoryBytes).toBe(1024);
    ring.push(new Uint8Array(1015));
    expect(ring.memoryBytes).toBe(2048);
  });

  it('goes on with what it has where it gets no more memory', () => {
    let left = 3000;
    const ring = new ByteRing(10_000, (bytes) => {
      left -= bytes;
      return left >= 0;
    });
    for (let total = 0; total < 5000; total += 100) ring.push(countingBytes(total, 100));
    expect([ring.memoryBytes, ring.total, ring.from]).toEqual([2048, 5000, 2952]);
    expect(Buffer.compare(ring.read(0, 5000), countingBytes(2952, 2048))).toBe(0);
  });

  it('remembers nothing where it gets no memory at all', () => {
    const ring = new ByteRing(100, () => false);
    ring.push(new Uint8Array(50));
    expect([ring.total, ring.from, ring.read(0, 50).length]).toEqual([50, 50, 0]);
  });
});
