import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type InLine, PoolLine } from '../../src/connection/pool-line.ts';

describe('a line', () => {
  test('has the lowest key first, whoever joins and leaves in between', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('join' as const), key: fc.integer({ min: 1, max: 1e6 }) }),
      fc.record({ kind: fc.constant('leave' as const), at: fc.nat(100) }),
      fc.record({ kind: fc.constant('serve' as const) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const line = new PoolLine<InLine>();
        const model = new Map<number, InLine>();
        const leave = (one: InLine | undefined): void => {
          if (one === undefined) return;
          expect(line.delete(one)).toBe(true);
          expect(line.delete(one)).toBe(false);
          model.delete(one.key);
        };
        for (const step of steps) {
          if (step.kind === 'join' && !model.has(step.key)) {
            const one = { key: step.key };
            line.add(one);
            line.add(one);
            model.set(one.key, one);
          }
          if (step.kind === 'leave') leave([...model.values()][step.at]);
          if (step.kind === 'serve') leave(line.first ?? undefined);
          const keys = [...model.keys()].sort((a, b) => a - b);
          expect(line.size).toBe(keys.length);
          expect(line.first?.key).toBe(keys[0]);
        }
        const served: number[] = [];
        while (line.first !== null) {
          expect(line.ahead(line.first)).toBe(0);
          served.push(line.first.key);
          line.delete(line.first);
        }
        expect(served).toEqual([...model.keys()].sort((a, b) => a - b));
      }),
    );
  });
});
