import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { connectionId, formatConnectionId, parseConnectionId } from '../../src/core/connection-id.ts';

const byte = fc.integer({ min: 0, max: 255 });
const sequence = fc.integer({ min: 0, max: 2 ** 32 - 1 });

describe('a connection id', () => {
  it('is exact, reads back from its twelve hex digits, and tells its parts', () => {
    fc.assert(
      fc.property(byte, byte, sequence, (shard, generation, number) => {
        const id = connectionId(shard, generation, number);
        expect(Number.isSafeInteger(id)).toBe(true);
        const text = formatConnectionId(id);
        const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');
        expect(text).toBe(hex(shard, 2) + hex(generation, 2) + hex(number, 8));
        expect(parseConnectionId(text)).toBe(id);
      }),
    );
  });

  it('differs where any part differs', () => {
    const parts = fc.tuple(byte, byte, sequence);
    fc.assert(
      fc.property(parts, parts, (a, b) => {
        expect(connectionId(...a) === connectionId(...b)).toBe(a.every((value, index) => value === b[index]));
      }),
    );
  });

  it('starts again at 0 when the sequence has run through its 32 bits', () => {
    expect(connectionId(3, 4, 2 ** 32)).toBe(connectionId(3, 4, 0));
    expect(connectionId(3, 4, 2 ** 32 + 5)).toBe(connectionId(3, 4, 5));
  });

  it.each([
    [256, 0],
    [-1, 0],
    [0, 256],
    [0, -1],
    [Number.NaN, 0],
  ])('refuses shard %s, generation %s', (shard, generation) => {
    expect(() => connectionId(shard, generation, 0)).toThrow(RangeError);
  });

  it.each(['', '0x1', '1234567890abc', 'ABCDEF', ' 1', '1.0', '-1'])('"%s" is none', (text) => {
    expect(parseConnectionId(text)).toBeNull();
  });
});
