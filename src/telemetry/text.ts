/** Longest server name that is shown; a real one has at most 253 characters (RFC 1035 section 2.3.4). */
export const SNI_CHARS_MAX = 255;

/** Longest text of a cause, an error or a message that is shown. */
export const MESSAGE_CHARS_MAX = 4096;

const CUT = '…';

/**
 * Foreign text made fit to be shown: at most `charsMax` characters and a mark where it was cut, and well-formed, so that
 * it has a UTF-8 form.
 */
export function shown(text: string, charsMax: number): string {
  const cut = text.length > charsMax ? text.slice(0, charsMax) + CUT : text;
  return cut.replace(/\p{Surrogate}/gu, '\ufffd');
}

/**
 * What JSON allows in a string, but which ends a line for some reader or steers a terminal: C1 controls, line and
 * paragraph separators, marks of writing direction, the byte order mark.
 */
const STEERING = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** A line of JSON with such characters escaped; it means the same. */
export function escapeSteering(json: string): string {
  return json.replace(STEERING, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
