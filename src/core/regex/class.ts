import { type ByteSet, byteSet } from './syntax.ts';

/** A set of bytes and where the pattern goes on behind it. */
export interface ReadSet {
  readonly set: ByteSet;
  readonly next: number;
}

const SIGNS: Readonly<Record<string, number>> = { r: 0x0d, n: 0x0a, t: 0x09, f: 0x0c, v: 0x0b, '0': 0x00 };
const DIGIT = byteSet((byte) => byte >= 0x30 && byte <= 0x39);
const WORD = byteSet((byte) => /\w/.test(String.fromCharCode(byte)));
const SPACE = byteSet((byte) => ' \t\r\n\f\v'.includes(String.fromCharCode(byte)));
const CLASSES: Readonly<Record<string, ByteSet>> = {
  d: DIGIT,
  w: WORD,
  s: SPACE,
  D: inverted(DIGIT),
  W: inverted(WORD),
  S: inverted(SPACE),
};

/** The character at `at`, or the escape that begins there; or what is wrong with it. */
export function readEscape(pattern: string, at: number): ReadSet | string {
  const character = pattern[at] as string;
  if (character !== '\\') {
    const code = character.charCodeAt(0);
    return code > 0xff ? 'is no byte of latin1' : { set: only(code), next: at + 1 };
  }
  const escaped = pattern[at + 1];
  if (escaped === undefined) return 'escapes nothing';
  const known = Object.hasOwn(CLASSES, escaped) ? CLASSES[escaped] : undefined;
  if (known !== undefined) return { set: known, next: at + 2 };
  if (Object.hasOwn(SIGNS, escaped)) return readSign(pattern, at, SIGNS[escaped] as number);
  if (escaped === 'x') return readHexByte(pattern, at);
  return /[A-Za-z0-9]/.test(escaped) || escaped.charCodeAt(0) > 0x7f
    ? 'begins an escape that is not supported'
    : { set: only(escaped.charCodeAt(0)), next: at + 2 };
}

/** `\0` with a digit behind would be an octal number elsewhere. */
function readSign(pattern: string, at: number, byte: number): ReadSet | string {
  if (byte === 0 && /[0-9]/.test(pattern[at + 2] ?? '')) return 'begins an escape that is not supported';
  return { set: only(byte), next: at + 2 };
}

function readHexByte(pattern: string, at: number): ReadSet | string {
  const digits = pattern.slice(at + 2, at + 4);
  if (!/^[0-9A-Fa-f]{2}$/.test(digits)) return 'needs two hex digits behind `x`';
  return { set: only(Number.parseInt(digits, 16)), next: at + 4 };
}

/** The set in brackets that begins at `at`; or what is wrong with it. */
export function readClass(pattern: string, from: number): ReadSet | string {
  const isInverted = pattern[from + 1] === '^';
  const set = byteSet(() => false);
  let at = from + (isInverted ? 2 : 1);
  while (pattern[at] !== ']') {
    if (at >= pattern.length) return 'is never closed';
    const low = readEscape(pattern, at);
    if (typeof low === 'string') return `has something in it that ${low}`;
    at = low.next;
    if (pattern[at] !== '-' || pattern[at + 1] === ']') {
      low.set.forEach((flag, byte) => {
        if (flag === 1) set[byte] = 1;
      });
      continue;
    }
    if (at + 1 >= pattern.length) return 'is never closed';
    const high = readEscape(pattern, at + 1);
    if (typeof high === 'string') return `has something in it that ${high}`;
    const [first, last] = [single(low.set), single(high.set)];
    if (first < 0 || last < first) return 'has a range in it that does not go from low to high';
    set.fill(1, first, last + 1);
    at = high.next;
  }
  const answer = isInverted ? inverted(set) : set;
  return answer.includes(1) ? { set: answer, next: at + 1 } : 'has nothing in it';
}

/** The only byte of a set; -1 where there are more. */
function single(set: ByteSet): number {
  const first = set.indexOf(1);
  return first === set.lastIndexOf(1) ? first : -1;
}

function only(byte: number): ByteSet {
  return byteSet((other) => other === byte);
}

function inverted(set: ByteSet): ByteSet {
  return byteSet((byte) => set[byte] === 0);
}
