/** Characters of one value that are shown. */
export const SHOWN_CHARACTERS_MAX = 128;

const CUT = '…';

/** Whatever is no letter, mark, digit, punctuation, symbol or space: controls, marks of direction, lone surrogates. */
const UNPRINTABLE = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]|\\/gu;

/**
 * Foreign text made fit for a line of a log: cut after SHOWN_CHARACTERS_MAX with a mark, and `\x0a` or `\u{202e}` for
 * what does not print. A backslash becomes two.
 */
export function printable(text: string): string {
  const cut = text.length > SHOWN_CHARACTERS_MAX;
  const shown = (cut ? text.slice(0, SHOWN_CHARACTERS_MAX) : text).replace(UNPRINTABLE, escaped);
  return cut ? shown + CUT : shown;
}

/** Bytes that may be text: ASCII as it is, cut and escaped as `printable` does, and `\xff` for any other byte. */
export function printableBytes(bytes: Uint8Array): string {
  const shown = Array.from(bytes.subarray(0, SHOWN_CHARACTERS_MAX), (byte) =>
    byte < 0x7f ? printable(String.fromCharCode(byte)) : escaped(String.fromCharCode(byte)),
  ).join('');
  return bytes.length > SHOWN_CHARACTERS_MAX ? shown + CUT : shown;
}

function escaped(character: string): string {
  if (character === '\\') return '\\\\';
  const code = character.codePointAt(0) as number;
  return code > 0xff ? `\\u{${code.toString(16)}}` : `\\x${code.toString(16).padStart(2, '0')}`;
}
