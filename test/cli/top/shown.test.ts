import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cells, clip, shown } from '../../../src/cli/top/shown.ts';
import { anyText } from './texts.ts';

describe('a text for a terminal', () => {
  test.each([
    ['plain text', 'plain text'],
    ['\x1b[2Jgone', '\\x1b[2Jgone'],
    ['two\r\nlines', 'two\\x0d\\x0alines'],
    ['\x9b31m', '\\x9b31m'],
    ['\u202egnp.exe', '\\u{202e}gnp.exe'],
    ['a\u0301', 'a\\u{301}'],
    ['café Ω Я', 'café Ω Я'],
    ['名前', '名前'],
    ['\ud800', '\\u{d800}'],
  ])('%j is shown as %s', (text, expected) => {
    expect(shown(text)).toBe(expected);
  });

  test('has no control, format or joining character, whatever it was, and is the same when shown again', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(shown(text)).not.toMatch(/[\p{C}\p{M}\p{Zl}\p{Zp}]/u);
        expect(shown(shown(text))).toBe(shown(text));
      }),
    );
  });
});

describe('cells', () => {
  test('are two of a wide character and one of others', () => {
    expect(cells('ab')).toBe(2);
    expect(cells('名前')).toBe(4);
    expect(cells('█…é')).toBe(3);
  });

  test('are never more than a text is clipped to, and the cut is told', () => {
    expect(clip('connection', 5)).toBe('conn…');
    expect(clip('名前名', 4)).toBe('名…');
    expect(clip('abc', 3)).toBe('abc');
    expect(clip('abc', 0)).toBe('');
    fc.assert(
      fc.property(anyText, fc.nat(40), (text, width) => {
        expect(cells(clip(shown(text), width))).toBeLessThanOrEqual(width);
      }),
    );
  });
});
