/** A key as `node:readline` tells it. */
export interface KeyPress {
  readonly name?: string | undefined;
  readonly ctrl?: boolean | undefined;
  readonly meta?: boolean | undefined;
  readonly shift?: boolean | undefined;
}

/** Keys that make no character, as readline names them. */
const NAMED = new Set([
  ...['up', 'down', 'left', 'right', 'pageup', 'pagedown', 'home', 'end'],
  ...['return', 'escape', 'backspace', 'tab'],
]);

/** A key as one word: the character it makes, `up`, `return`, `ctrl-c`; null where it means nothing here. */
export function keyOf(character: string | undefined, { name, ctrl, meta, shift }: KeyPress): string | null {
  if (ctrl === true) return name === undefined ? null : `ctrl-${name}`;
  if (name === 'enter') return 'return';
  if (name === 'tab') return shift === true ? 'back-tab' : 'tab';
  if (name !== undefined && NAMED.has(name)) return name;
  if (meta === true || character === undefined || character.length === 0) return null;
  return /^[\p{L}\p{N}\p{P}\p{S} ]$/u.test(character) ? character : null;
}
