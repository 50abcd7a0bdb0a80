import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileServerNames, matchesServerName } from '../../src/route/server-name-patterns.ts';

describe('a server name pattern', () => {
  test.each([
    ['a.example', 'a.example', true],
    ['a.example', 'b.a.example', false],
    ['a.example', 'example', false],
    ['*.example', 'a.example', true],
    ['*.example', 'a.b.example', false],
    ['*.example', 'example', false],
    ['*.example', 'a.xexample', false],
    ['*.b.example', 'a.b.example', true],
    ['*.b.example', 'a.c.example', false],
    ['**.example', 'a.example', true],
    ['**.example', 'a.b.c.example', true],
    ['**.example', 'example', false],
    ['**.example', 'a.example.org', false],
    ['**.b.example', 'a.b.example', true],
    ['**.b.example', 'b.example', false],
    ['localhost', 'localhost', true],
    ['*.localhost', 'localhost', false],
  ])('%s and the name %s: %s', (pattern, name, expected) => {
    expect(matchesServerName(compileServerNames([pattern]), name)).toBe(expected);
  });

  test('holds where any of several does', () => {
    const patterns = compileServerNames(['a.example', '*.b.example', '**.c.example']);
    for (const name of ['a.example', 'x.b.example', 'x.y.c.example'])
      expect(matchesServerName(patterns, name)).toBe(true);
    for (const name of ['x.a.example', 'x.y.b.example', 'c.example'])
      expect(matchesServerName(patterns, name)).toBe(false);
  });

  test('means the same as the regular expression it stands for', () => {
    const labels = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 4 });
    const pattern = fc
      .tuple(fc.constantFrom('', '*.', '**.'), labels)
      .map(([wildcard, rest]) => wildcard + rest.join('.'));
    const name = labels.map((list) => list.join('.'));
    fc.assert(
      fc.property(fc.array(pattern, { maxLength: 4 }), name, (patterns, text) => {
        const expected = patterns.some((one) => expression(one).test(text));
        expect(matchesServerName(compileServerNames(patterns), text)).toBe(expected);
      }),
      { numRuns: 5000 },
    );
  });
});

function expression(pattern: string): RegExp {
  const source = pattern.replaceAll('.', '\\.').replace(/^\*\*/, '[a-z.]*[a-z]').replace(/^\*/, '[a-z]+');
  return new RegExp(`^${source}$`);
}
