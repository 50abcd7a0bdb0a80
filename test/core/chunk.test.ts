import { describe, expect, it } from 'vitest';
import { keep, part } from '../../src/core/chunk.ts';

describe('a chunk', () => {
  it.each([
    ['a Uint8Array', (text: string) => Uint8Array.from(Buffer.from(text))],
    ['a Buffer', (text: string) => Buffer.from(text)],
  ])('that was borrowed is copied by keep, where it is %s', (_kind, make) => {
    const bytes = make('lent');
    const kept = keep({ bytes, at: 7, borrowed: true });
    bytes.fill(0xdd);
    expect(Buffer.from(kept.bytes).toString()).toBe('lent');
    expect(kept).toMatchObject({ at: 7, borrowed: false });
  });

  it('that is not borrowed is kept as it is', () => {
    const chunk = { bytes: Buffer.from('own'), at: 1, borrowed: false };
    expect(keep(chunk)).toBe(chunk);
  });

  it.each([true, false])(
    'has parts that share its bytes, its time and its being borrowed (%s)',
    (borrowed) => {
      const bytes = Buffer.from('0123456789');
      const middle = part({ bytes, at: 3, borrowed }, 2, 5);
      expect(Buffer.from(middle.bytes).toString()).toBe('234');
      expect(middle).toMatchObject({ at: 3, borrowed });
      bytes[2] = 0x78;
      expect(middle.bytes[0]).toBe(0x78);
    },
  );
});
