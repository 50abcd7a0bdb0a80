import { PLAIN_CHARS_MAX, PLAIN_DEPTH_MAX, PLAIN_TEXT_CHARS_MAX, PLAIN_VALUES_MAX } from '../limits.ts';

/**
 * A value as data that JSON can say, cut where it is deep, wide or long: `…` stands for what is left out, `{ cut }` for a whole
 * that would still be longer than PLAIN_CHARS_MAX. Functions are left out, an actor is its id, an error its message. Never throws but where a getter does.
 */
export function plain(value: unknown): unknown {
  const made = shortened(value, 0, { left: PLAIN_VALUES_MAX });
  const { length } = JSON.stringify(made) ?? '';
  return length <= PLAIN_CHARS_MAX ? made : { cut: `${length} characters, of at most ${PLAIN_CHARS_MAX}` };
}

const LEFT_OUT = '…';

function shortened(value: unknown, depth: number, room: { left: number }): unknown {
  room.left--;
  switch (typeof value) {
    case 'string':
      return value.length <= PLAIN_TEXT_CHARS_MAX ? value : value.slice(0, PLAIN_TEXT_CHARS_MAX) + LEFT_OUT;
    case 'bigint':
    case 'symbol':
      return String(value);
    case 'function':
      return undefined;
    case 'object':
      return value === null ? null : shortenedObject(value, depth, room);
    default:
      return value;
  }
}

function shortenedObject(value: object, depth: number, room: { left: number }): unknown {
  if (value instanceof Error) return { name: value.name, message: shortened(value.message, depth, room) };
  if ('sessionId' in value && 'send' in value) return { actor: value.sessionId };
  if (depth >= PLAIN_DEPTH_MAX) return LEFT_OUT;
  if (Array.isArray(value)) {
    const kept: unknown[] = [];
    for (const item of value) {
      if (room.left <= 0) return [...kept, LEFT_OUT];
      kept.push(shortened(item, depth + 1, room) ?? null);
    }
    return kept;
  }
  const kept: [string, unknown][] = [];
  for (const [key, item] of Object.entries(value)) {
    if (room.left <= 0) return Object.fromEntries([...kept, [LEFT_OUT, LEFT_OUT]]);
    kept.push([key, shortened(item, depth + 1, room)]);
  }
  return Object.fromEntries(kept);
}
