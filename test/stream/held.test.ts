import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Chunk } from '../../src/core/chunk.ts';
import { HELD_PACK_BYTES, Held } from '../../src/stream/held.ts';
import { chunkOf, countingBytes, joined } from './chunks.ts';

describe('held chunks', () => {
  it('come out in order, with the bytes they had when they went in, whatever is pushed and taken', () => {
    const push = fc.record({ push: fc.integer({ min: 1, max: 300 }), borrowed: fc.boolean() });
    const take = fc.record({ take: fc.integer({ min: 1, max: 400 }) });
    fc.assert(
      fc.property(fc.array(fc.oneof(push, take), { maxLength: 60 }), (steps) => {
        const held = new Held(256);
        const out: Chunk[] = [];
        let pushed = 0;
        for (const step of steps) {
          if ('push' in step) {
            const bytes = countingBytes(pushed, step.push);
            held.push({ bytes, at: 0, borrowed: step.borrowed });
            pushed += step.push;
            if (step.borrowed) bytes.fill(0xee);
          } else {
            const chunk = held.take(step.take);
            expect(chunk?.bytes.length ?? 0).toBeLessThanOrEqual(step.take);
            if (chunk !== null) out.push(chunk);
          }
          expect(held.bytes).toBe(pushed - joined(out).length);
        }
        for (let chunk = held.take(1000); chunk !== null; chunk = held.take(1000)) out.push(chunk);
        expect(joined(out)).toEqual(countingBytes(0, pushed));
        expect(out.every((chunk) => !chunk.borrowed)).toBe(true);
      }),
    );
  });

  it('cost no more than twice their bytes, and few objects, when they are single bytes', () => {
    const held = new Held();
    const count = 128 * 1024;
    for (let i = 0; i < count; i++) held.push({ bytes: Uint8Array.of(i % 251), at: i, borrowed: true });
    const out: Chunk[] = [];
    for (let chunk = held.take(count); chunk !== null; chunk = held.take(count)) out.push(chunk);
    expect(joined(out)).toEqual(countingBytes(0, count));
    expect(out.length).toBeLessThanOrEqual(Math.ceil(count / HELD_PACK_BYTES));
    const memory = out.reduce((sum, chunk) => sum + chunk.bytes.buffer.byteLength, 0);
    expect(memory).toBeLessThanOrEqual(2 * count);
  });

  it('keep the time of the first where they were joined', () => {
    const held = new Held();
    held.push({ ...chunkOf('a'), at: 10 });
    held.push({ ...chunkOf('b'), at: 20 });
    expect(held.take(9)).toMatchObject({ at: 10, bytes: chunkOf('ab').bytes });
  });

  it('are counted when they are dropped', () => {
    const held = new Held();
    held.push(chunkOf('abc'));
    held.push(chunkOf('de'));
    expect(held.drop()).toBe(5);
    expect(held.bytes).toBe(0);
    expect(held.take(9)).toBeNull();
  });
});
