/** What the YAML reader says about a place of a text. */
export interface SyntaxTrouble {
  readonly code: string;
  readonly message: string;
  readonly offset: number;
}

const QUOTES = 'such a text stands in quotes: "…"';

/** A syntax error in words that say what to write. */
export function syntaxMessage(trouble: SyntaxTrouble, text: string): string {
  const { code, message, offset } = trouble;
  switch (code) {
    case 'TAB_AS_INDENT':
      return 'a tab stands in the indentation; expected spaces';
    case 'BLOCK_AS_IMPLICIT_KEY':
      return colonInValue(offset, text);
    case 'BAD_SCALAR_START':
      return `a text cannot begin with ${text[offset] ?? 'this'}; ${QUOTES}`;
    case 'TAG_RESOLVE_FAILED':
      return `tags are not read; expected a plain value instead of ${message.replace(/^.*: /, '')}`;
    case 'UNEXPECTED_TOKEN':
      return afterBracket(offset, text) ?? plain(message);
    case 'BAD_INDENT':
    case 'MISSING_CHAR':
      return notClosed(message) ?? plain(message);
    default:
      return plain(message);
  }
}

/** Whether the trouble is a quote that is opened and never closed: it is told at the end of the text. */
export function isOpenQuote(trouble: SyntaxTrouble): boolean {
  return trouble.code === 'MISSING_CHAR' && /closing .quote/.test(trouble.message);
}

/** Either `to: a: b`, or a line that is indented further than the key above it. */
function colonInValue(offset: number, text: string): string {
  const line = text.slice(offset).split('\n', 1)[0] ?? '';
  if (/:( |$)/.test(line)) return `this value has ": " in it; ${QUOTES}`;
  return 'the line below is indented further than this key; expected the keys of a map below each other';
}

function notClosed(message: string): string | null {
  if (/closing .quote/.test(message)) return 'this quote is never closed';
  if (/^Flow sequence/.test(message)) return 'the [ before this place is not closed; expected ]';
  return /^Flow map/.test(message) ? 'the { before this place is not closed; expected }' : null;
}

/** `listen: [::1]:80` and `file: {connection}.log`: the bracket was taken for a list or a map. */
function afterBracket(offset: number, text: string): string | null {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  const before = /(?:^|: +|- +)([[{][^\n]*[\]}])$/.exec(text.slice(lineStart, offset))?.[1];
  if (before === undefined) return null;
  const rest = /^[^\s,#]*/.exec(text.slice(offset))?.[0] ?? '';
  return `text behind a closing bracket; a text that begins with [ or { stands in quotes: "${before}${rest}"`;
}

function plain(message: string): string {
  const oneLine = message.replace(/\s+/g, ' ').trim();
  return `not YAML: ${oneLine.charAt(0).toLowerCase()}${oneLine.slice(1)}`;
}
