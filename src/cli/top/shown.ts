/** Characters of a text that are looked at; what comes behind them is left out. */
export const TEXT_CHARS_MAX = 4_096;

/** Unassigned, control, format, surrogate and private characters, and marks that join the character before them. */
const UNSURE = /[\p{C}\p{M}\p{Zl}\p{Zp}]/u;

/** What every terminal shows in one cell: Latin, Greek, Cyrillic, punctuation, arrows, boxes and blocks. */
const NARROW =
  /[ -~\u00a1-\u02ff\u0370-\u052f\u1e00-\u1fff\u2010-\u2027\u2030-\u205e\u20a0-\u20c0\u2100-\u2319\u2500-\u25fc]/u;

/** What every terminal shows in two cells: the wide ones of Unicode's East Asian Width (UAX #11), and common emoji. */
const WIDE =
  /[\u3000-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]/u;

const EMOJI = /\p{Emoji_Presentation}/u;

/**
 * A text as a terminal may get it: of one line, without control characters, each character of a width that is known. All
 * others, escapes of a hostile peer among them, are written as their number: `\x1b`, `\u{202e}`. Idempotent.
 */
export function shown(text: string): string {
  let made = '';
  for (const character of text.slice(0, TEXT_CHARS_MAX))
    made += cellsOf(character) > 0 ? character : escaped(character);
  return made;
}

/** Cells that a text of `shown` takes on the screen. */
export function cells(text: string): number {
  let count = 0;
  for (const character of text) count += cellsOf(character);
  return count;
}

/** As much of a text of `shown` as goes into so many cells; where something was cut off the last of them is `…`. */
export function clip(text: string, width: number): string {
  if (cells(text) <= width) return text;
  let made = '';
  let left = width - 1;
  for (const character of text) {
    left -= cellsOf(character);
    if (left < 0) break;
    made += character;
  }
  return width > 0 ? `${made}…` : '';
}

/** 0: it cannot be shown as it is. */
function cellsOf(character: string): 0 | 1 | 2 {
  if (character >= ' ' && character <= '~') return 1;
  if (UNSURE.test(character)) return 0;
  if (WIDE.test(character)) return 2;
  return NARROW.test(character) && !EMOJI.test(character) ? 1 : 0;
}

function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const digits = code.toString(16);
  return code <= 0xff ? `\\x${digits.padStart(2, '0')}` : `\\u{${digits}}`;
}
