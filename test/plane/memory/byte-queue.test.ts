import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ByteQueue, copyOf } from '../../../src/plane/memory/byte-queue.ts';

it('bytes come out as they went in, whichever way they are taken', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('push' as const), bytes: fc.uint8Array({ maxLength: 40 }) }),
    fc.record({
      kind: fc.constantFrom('take' as const, 'read' as const, 'drop' as const, 'copy' as const),
      size: fc.integer({ min: 0, max: 60 }),
    }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      const queue = new ByteQueue();
      let model: number[] = [];
      for (const next of steps) {
        if (next.kind === 'push') {
          queue.push(next.bytes);
          model.push(...next.bytes);
        } else if (next.kind === 'take') {
          const taken = queue.take(next.size);
          expect([...taken]).toEqual(model.slice(0, taken.length));
          expect(taken.length).toBeLessThanOrEqual(next.size);
          if (model.length > 0 && next.size > 0) expect(taken.length).toBeGreaterThan(0);
          model = model.slice(taken.length);
        } else if (next.kind === 'drop') {
          queue.drop(next.size);
          model = model.slice(next.size);
        } else {
          const target = new Uint8Array(next.size);
          const got = next.kind === 'read' ? queue.read(target) : queue.copy(target);
          expect(got).toBe(Math.min(next.size, model.length));
          expect([...target.subarray(0, got)]).toEqual(model.slice(0, got));
          if (next.kind === 'read') model = model.slice(got);
        }
        expect(queue.length).toBe(model.length);
      }
    }),
  );
});

it('copyOf copies a Buffer too, whose slice would be a view', () => {
  const buffer = Buffer.from('abc');
  const copy = copyOf(buffer);
  buffer.fill(0);
  expect(Buffer.from(copy).toString()).toBe('abc');
});
