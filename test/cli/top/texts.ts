import fc from 'fast-check';

const upTo = (min: number, max: number) => fc.integer({ min, max }).map((code) => String.fromCodePoint(code));

/** Any character of Unicode, halves of surrogate pairs too; control characters and those of terminals' escapes often. */
export const anyCharacter = fc.oneof(upTo(0, 0x9f), upTo(0x300, 0x2fff), upTo(0, 0x10ffff));

export const anyText = fc.string({ unit: anyCharacter });
