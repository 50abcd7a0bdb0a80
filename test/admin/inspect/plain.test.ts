import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plain } from '../../../src/admin/inspect/plain.ts';
import {
  PLAIN_CHARS_MAX,
  PLAIN_DEPTH_MAX,
  PLAIN_TEXT_CHARS_MAX,
  PLAIN_VALUES_MAX,
} from '../../../src/admin/limits.ts';

describe('a value in a message of the inspector', () => {
  it('is what it was, where it is plain and short', () => {
    const value = { a: 1, b: [true, null, 'x'], c: { d: -0.5 } };
    expect(plain(value)).toEqual(value);
  });

  it('has no functions, and an actor and an error are told in short', () => {
    const actor = { sessionId: 'x:1', send: () => {}, system: {} };
    expect(plain({ act: () => {}, actor, error: new TypeError('no'), big: 7n })).toEqual({
      act: undefined,
      actor: { actor: 'x:1' },
      error: { name: 'TypeError', message: 'no' },
      big: '7',
    });
  });

  it('is cut where a text is long, a list is wide or an object is deep, and where it goes round in a circle', () => {
    expect(plain('x'.repeat(PLAIN_TEXT_CHARS_MAX + 1))).toBe(`${'x'.repeat(PLAIN_TEXT_CHARS_MAX)}…`);
    expect(plain(new Array(2 * PLAIN_VALUES_MAX).fill(0))).toHaveLength(PLAIN_VALUES_MAX);
    const circle: Record<string, unknown> = {};
    circle['again'] = circle;
    const text = JSON.stringify(plain(circle));
    expect(text.match(/again/g)).toHaveLength(PLAIN_DEPTH_MAX);
  });

  it('is told by its length alone where it is too long as a whole', () => {
    const made = plain(new Array(1000).fill('x'.repeat(100)));
    expect(made).toEqual({ cut: expect.stringContaining(`${PLAIN_CHARS_MAX}`) });
  });

  it('takes a bounded time and room, whatever it is', () => {
    fc.assert(
      fc.property(fc.anything({ maxDepth: 15, withBigInt: true, withMap: true, withSet: true }), (value) => {
        expect((JSON.stringify(plain(value)) ?? '').length).toBeLessThanOrEqual(PLAIN_CHARS_MAX);
      }),
      { numRuns: 200 },
    );
  });
});
