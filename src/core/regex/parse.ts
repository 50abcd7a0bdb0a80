import { readClass, readEscape } from './class.ts';
import { RegexMistake } from './mistake.ts';
import { byteSet, type Regex } from './syntax.ts';

const PATTERN_CHARS_MAX = 1024;
const DEPTH_MAX = 32;
const REPEAT_MAX = 1000;
const ANY_NUMBER = Number.POSITIVE_INFINITY;
const IGNORE_CASE = '(?i)';
const ANY = byteSet(() => true);

/** Where the parser is. */
interface Cursor {
  readonly pattern: string;
  readonly ignoreCase: boolean;
  at: number;
  depth: number;
}

/**
 * Parses a regular expression over bytes, each of them one character of latin1. Throws a RegexMistake.
 *
 * There are: characters; `.` for any byte at all; `[a-z]`, `[^a-z]`; `\d \w \s \D \W \S`; `\r \n \t \f \v \0 \xHH`;
 * `\` before any other sign; `(…)`, `(?:…)`; `|`; `* + ? {n} {n,} {n,m}`, with a `?` behind that changes nothing, since
 * only whether it matches is asked; `(?i)` in front for letters in either case. `^` may stand in front and changes
 * nothing: every rule begins with the first byte. There is no `$` and no `\b`, since more bytes may follow at any time,
 * and neither backreferences nor lookaround, which have no linear time.
 */
export function parseRegex(pattern: string): Regex {
  if (pattern.length > PATTERN_CHARS_MAX)
    throw new RegexMistake(`\`regex\` has ${pattern.length} characters, at most ${PATTERN_CHARS_MAX}`);
  const ignoreCase = pattern.startsWith(IGNORE_CASE);
  const cursor: Cursor = { pattern, ignoreCase, at: ignoreCase ? IGNORE_CASE.length : 0, depth: 0 };
  if (pattern[cursor.at] === '^') cursor.at++;
  const regex = parseEither(cursor);
  if (cursor.at < pattern.length) refuse(cursor, 'closes nothing');
  return regex;
}

function parseEither(cursor: Cursor): Regex {
  if (++cursor.depth > DEPTH_MAX) refuse(cursor, `is nested more than ${DEPTH_MAX} deep`);
  const of = [parseSequence(cursor)];
  while (cursor.pattern[cursor.at] === '|') {
    cursor.at++;
    of.push(parseSequence(cursor));
  }
  cursor.depth--;
  return of.length === 1 ? (of[0] as Regex) : { kind: 'either', of };
}

function parseSequence(cursor: Cursor): Regex {
  const of: Regex[] = [];
  for (;;) {
    const character = cursor.pattern[cursor.at];
    if (character === undefined || character === '|' || character === ')') return { kind: 'sequence', of };
    of.push(parseRepeats(cursor, parseAtom(cursor, character)));
  }
}

function parseAtom(cursor: Cursor, character: string): Regex {
  const { pattern, ignoreCase } = cursor;
  if (character === '(') return parseGroup(cursor);
  if (character === '.') {
    cursor.at++;
    return { kind: 'byte', set: ANY };
  }
  if ('*+?{'.includes(character)) refuse(cursor, 'repeats nothing');
  if ('^$'.includes(character)) refuse(cursor, 'is not supported here');
  const read = character === '[' ? readClass(pattern, cursor.at) : readEscape(pattern, cursor.at);
  if (typeof read === 'string') refuse(cursor, read);
  cursor.at = read.next;
  return { kind: 'byte', set: ignoreCase ? inEitherCase(read.set) : read.set };
}

function parseGroup(cursor: Cursor): Regex {
  const opened = cursor.at;
  cursor.at++;
  if (cursor.pattern.startsWith('?:', cursor.at)) cursor.at += 2;
  else if (cursor.pattern[cursor.at] === '?') refuse(cursor, 'is not supported behind `(`');
  const regex = parseEither(cursor);
  if (cursor.pattern[cursor.at] !== ')') refuse({ ...cursor, at: opened }, 'is never closed');
  cursor.at++;
  return regex;
}

function parseRepeats(cursor: Cursor, of: Regex): Regex {
  const repeats = readRepeats(cursor);
  if (repeats === null) return of;
  const { min, max } = repeats;
  if (min > max || min > REPEAT_MAX || (max > REPEAT_MAX && max !== ANY_NUMBER))
    refuse(cursor, `does not count from low to high, up to ${REPEAT_MAX}`);
  cursor.at += repeats.length;
  if (cursor.pattern[cursor.at] === '?') cursor.at++;
  if ('*+?'.includes(cursor.pattern[cursor.at] ?? ' ')) refuse(cursor, 'repeats what is repeated already');
  return { kind: 'repeat', of, min, max };
}

/** How often, and how many characters say so; null where none do. A `{` that counts nothing is refused. */
function readRepeats(cursor: Cursor): { min: number; max: number; length: number } | null {
  const sign = cursor.pattern[cursor.at];
  if (sign === '*') return { min: 0, max: ANY_NUMBER, length: 1 };
  if (sign === '+') return { min: 1, max: ANY_NUMBER, length: 1 };
  if (sign === '?') return { min: 0, max: 1, length: 1 };
  if (sign !== '{') return null;
  const found = /^\{(\d{1,4})(?:(,)(\d{1,4})?)?\}/.exec(cursor.pattern.slice(cursor.at, cursor.at + 11));
  if (found === null) return refuse(cursor, 'is no count; write `\\{` for the sign itself');
  const min = Number(found[1]);
  const open = found[2] === undefined ? min : ANY_NUMBER;
  return { min, max: found[3] === undefined ? open : Number(found[3]), length: found[0].length };
}

function inEitherCase(set: Uint8Array): Uint8Array {
  return byteSet((byte) => set[byte] === 1 || (isLetter(byte) && set[byte ^ 0x20] === 1));
}

function isLetter(byte: number): boolean {
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}

function refuse({ pattern, at }: Cursor, what: string): never {
  const sign = at < pattern.length ? `\`${pattern[at]}\`` : 'the end';
  throw new RegexMistake(`\`regex\`, character ${at + 1}: ${sign} ${what}`);
}
