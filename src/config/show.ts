/** Characters of a value that a message repeats. */
const SHOWN_CHARACTERS_MAX = 60;

/** Characters of a message. */
const MESSAGE_CHARACTERS_MAX = 1000;

/** Controls, line separators, and marks that turn the direction of writing. */
const UNPRINTABLE = /[\p{Cc}\u2028-\u202e\u2066-\u2069]/gu;

/** Where a value stands: keys of maps and positions in lists, from the outside in. */
export type Path = readonly (string | number)[];

/** A value as a message shows it: text quoted, cut and without control characters; maps and lists by their kind. */
export function show(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  return typeof value === 'string' ? quote(value) : String(value);
}

/** Text in double quotes, on one line whatever it holds. */
export function quote(text: string): string {
  const characters = Array.from(text);
  const cut =
    characters.length > SHOWN_CHARACTERS_MAX
      ? `${characters.slice(0, SHOWN_CHARACTERS_MAX).join('')}…`
      : text;
  return JSON.stringify(cut).replace(UNPRINTABLE, escapeCharacter);
}

/** A whole message on one line, without control characters, and not too long, whatever of a value it repeats. */
export function sentence(text: string): string {
  const cut = text.length > MESSAGE_CHARACTERS_MAX ? `${text.slice(0, MESSAGE_CHARACTERS_MAX)}…` : text;
  return cut.replace(UNPRINTABLE, escapeCharacter);
}

/** `listeners[0].routes[1].to`; a key that is no plain word stands in quotes: `pools["a b"]`. */
export function formatPath(path: Path): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else if (!/^[\w-]{1,64}$/.test(step)) text += `[${quote(step)}]`;
    else text += text === '' ? step : `.${step}`;
  }
  return text;
}

/** `a`, `a or b`, `a, b or c`. */
export function orList(words: readonly string[]): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
