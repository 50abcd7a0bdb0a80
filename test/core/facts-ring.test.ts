import { describe, expect, test } from 'vitest';
import { FACT_BYTES_MAX } from '../../src/core/fact-codec.ts';
import {
  FACTS_RING_BYTES,
  FACTS_RING_BYTES_MAX,
  FACTS_RING_BYTES_MIN,
  FactsRingLayout,
  RECORD_HEADER_BYTES,
} from '../../src/core/facts-ring.ts';

describe('the layout of a ring of facts', () => {
  test.each([undefined, FACTS_RING_BYTES_MIN, 65_536])(
    'a ring of %s bytes is opened as it was allocated',
    (bytes) => {
      const layout = new FactsRingLayout(FactsRingLayout.allocate(bytes));
      expect(layout.capacity).toBe(bytes ?? FACTS_RING_BYTES);
      expect(layout.records.length).toBe(layout.capacity + RECORD_HEADER_BYTES + FACT_BYTES_MAX);
      expect(layout.words.every((word) => word === 0)).toBe(true);
    },
  );

  test('the words lie apart from each other and from the records', () => {
    const layout = new FactsRingLayout(FactsRingLayout.allocate());
    const { HEAD, TAIL, TOLD } = FactsRingLayout;
    expect(new Set([HEAD, TAIL, TOLD].map((word) => Math.floor(word / 16))).size).toBe(3);
    expect(Math.max(HEAD, TAIL, TOLD) * 4).toBeLessThan(layout.records.byteOffset);
    expect(layout.words.byteLength).toBe(layout.records.byteOffset);
  });

  test.each([
    0,
    1000,
    FACTS_RING_BYTES_MIN - 1,
    FACTS_RING_BYTES_MIN / 2,
    3000,
    2 * FACTS_RING_BYTES_MAX,
    2048.5,
    NaN,
  ])('a ring of %s bytes is refused', (bytes) => {
    expect(() => FactsRingLayout.allocate(bytes)).toThrow(RangeError);
  });

  test('memory of another length is no ring', () => {
    expect(() => new FactsRingLayout(new SharedArrayBuffer(4096))).toThrow('a power of two');
  });
});
