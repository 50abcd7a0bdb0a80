import { expect, test } from 'vitest';
import { compileRegex, REGEX_CHARACTERS_MAX } from '../../src/route/index.ts';

test('an expression holds for any part of the subject, in any case', () => {
  expect(compileRegex('b+')('aBBc')).toBe(true);
  expect(compileRegex('^b+$')('aBBc')).toBe(false);
});

test('a subject longer than a host name can be is refused', () => {
  expect(compileRegex('a')('a'.repeat(253))).toBe(true);
  expect(compileRegex('a')('a'.repeat(254))).toBe(false);
});

test('a text that is no expression, or too long a one, is refused with what is wrong', () => {
  expect(() => compileRegex('(')).toThrow(SyntaxError);
  expect(() => compileRegex('a'.repeat(REGEX_CHARACTERS_MAX + 1))).toThrow(/512 characters/);
  expect(compileRegex('a'.repeat(REGEX_CHARACTERS_MAX))('b')).toBe(false);
});
