import { readLine } from './line.ts';

const SPACE = 0x20;

/** A line of a text protocol that begins with one of a few words. */
export type WordLine =
  | { readonly kind: 'no' }
  | { readonly kind: 'open' }
  /** The word as it is in the list; what stands behind it is from `from` to before `to`, without spaces at either end. */
  | { readonly kind: 'whole'; readonly word: string; readonly from: number; readonly to: number };

const NO: WordLine = { kind: 'no' };
const OPEN: WordLine = { kind: 'open' };

/** The first line, where it is one of the words, in any case, a space, and at most `bytesMax` bytes more. */
export function readWordLine(bytes: Uint8Array, words: readonly string[], bytesMax: number): WordLine {
  const word = words.find((candidate) => agreesInAnyCase(bytes, candidate));
  if (word === undefined) return NO;
  if (bytes.length <= word.length) return OPEN;
  if (bytes[word.length] !== SPACE) return NO;
  const line = readLine(bytes, word.length, bytesMax);
  if (line.kind !== 'whole') return line.kind === 'bad' ? NO : OPEN;
  let from = word.length;
  let to = line.end;
  while (from < to && bytes[from] === SPACE) from++;
  while (to > from && bytes[to - 1] === SPACE) to--;
  return { kind: 'whole', word, from, to };
}

/** Whether the bytes are those of a word in capitals, as far as both reach; small letters count as capitals. */
function agreesInAnyCase(bytes: Uint8Array, word: string): boolean {
  const end = Math.min(word.length, bytes.length);
  for (let i = 0; i < end; i++) {
    const byte = bytes[i] as number;
    const capital = byte >= 0x61 && byte <= 0x7a ? byte - 0x20 : byte;
    if (capital !== word.charCodeAt(i)) return false;
  }
  return true;
}
