import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tokenAllowed } from '../../src/admin/token-check.ts';

const token = fc.stringMatching(/^[A-Za-z0-9._~+/-]+=*$/);

describe('the token of a write', () => {
  it('is accepted as it is, whatever the case of the scheme', () => {
    fc.assert(
      fc.property(token, fc.constantFrom('Bearer ', 'bearer ', 'BEARER  '), (text, scheme) => {
        expect(tokenAllowed(text, scheme + text)).toBe(true);
      }),
    );
  });

  it('is accepted as nothing else, also not as its beginning or in another case', () => {
    fc.assert(
      fc.property(token, fc.string(), (text, other) => {
        fc.pre(other !== text);
        expect(tokenAllowed(text, `Bearer ${other}`)).toBe(false);
        expect(tokenAllowed(text, `Bearer ${text.slice(0, -1)}`)).toBe(false);
        expect(tokenAllowed(text, `Bearer ${text}x`)).toBe(false);
        expect(tokenAllowed(text, `Basic ${text}`)).toBe(false);
        expect(tokenAllowed(text, text)).toBe(false);
      }),
    );
    expect(tokenAllowed('Secret', 'Bearer secret')).toBe(false);
  });

  it('is missed where the header is missing or empty', () => {
    for (const header of [undefined, '', 'Bearer', 'Bearer '])
      expect(tokenAllowed('secret', header)).toBe(false);
  });

  it('that is empty is matched by nobody', () => {
    for (const header of [undefined, '', 'Bearer', 'Bearer ', 'Bearer x'])
      expect(tokenAllowed('', header)).toBe(false);
  });

  it('is not asked for where there is none', () => {
    for (const header of [undefined, 'Bearer x']) expect(tokenAllowed(null, header)).toBe(true);
  });
});
