import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileNames, matchesName } from '../../src/route/name-patterns.ts';

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
    expect(matchesName(compileNames([pattern]), name)).toBe(expected);
  });

  test('holds where any of several does', () => {
    const patterns = compileNames(['a.example', '*.b.example', '**.c.example']);
    for (const name of ['a.example', 'x.b.example', 'x.y.c.example'])
      expect(matchesName(patterns, name)).toBe(true);
    for (const name of ['x.a.example', 'x.y.b.example', 'c.example'])
      expect(matchesName(patterns, name)).toBe(false);
  });

  test('may be a regular expression, which is asked for any part of the name', () => {
    const patterns = compileNames(['/^(www|WEB)\\d+\\.example$/', 'x.example']);
    for (const name of ['www1.example', 'web22.example', 'x.example'])
      expect(matchesName(patterns, name)).toBe(true);
    for (const name of ['www.example', 'a.www1.example', 'www1.example.org'])
      expect(matchesName(patterns, name)).toBe(false);
    expect(matchesName(compileNames(['/x/']), `${'a'.repeat(253)}x`)).toBe(false);
  });

  test('has no regard to case and to one trailing dot', () => {
    const patterns = compileNames(['a.example', '*.b.example', '/^c$/']);
    for (const name of ['A.Example', 'a.example.', 'X.B.example.', 'C.'])
      expect(matchesName(patterns, name)).toBe(true);
    expect(matchesName(patterns, 'a.example..')).toBe(false);
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
        expect(matchesName(compileNames(patterns), text)).toBe(expected);
      }),
      { numRuns: 5000 },
    );
  });
});

function expression(pattern: string): RegExp {
  const source = pattern.replaceAll('.', '\\.').replace(/^\*\*/, '[a-z.]*[a-z]').replace(/^\*/, '[a-z]+');
  return new RegExp(`^${source}$`);
}
