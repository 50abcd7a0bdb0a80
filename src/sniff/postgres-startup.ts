import { latin1, readName } from './text.ts';

/** Longer than any parameter of PostgreSQL is named. */
const KEY_BYTES_MAX = 64;

/** Absent: not said, or no text that can be kept. */
export interface Startup {
  readonly user: string | undefined;
  /** The user's name where the client names none. */
  readonly database: string | undefined;
}

/**
 * The parameters of a StartupMessage, from `from` to before `to`: names and values, each ended by a zero byte, and a
 * zero byte behind the last. null where they are not that, where there is no user, and where user or database come
 * twice, since proxy and server might follow different ones.
 */
export function readStartup(bytes: Uint8Array, from: number, to: number): Startup | null {
  let userAt = -1;
  let databaseAt = -1;
  let at = from;
  while (at < to && bytes[at] !== 0) {
    const key = readKey(bytes, at, to);
    if (key === null) return null;
    const valueAt = at + key.length + 1;
    const end = bytes.indexOf(0, valueAt);
    if (end < 0 || end >= to) return null;
    if (key === 'user') {
      if (userAt >= 0) return null;
      userAt = valueAt;
    } else if (key === 'database') {
      if (databaseAt >= 0) return null;
      databaseAt = valueAt;
    }
    at = end + 1;
  }
  if (at !== to - 1 || userAt < 0 || bytes[userAt] === 0) return null;
  const user = textAt(bytes, userAt);
  const isNamed = databaseAt >= 0 && bytes[databaseAt] !== 0;
  return { user, database: isNamed ? textAt(bytes, databaseAt) : user };
}

function textAt(bytes: Uint8Array, at: number): string | undefined {
  return readName(bytes, at, bytes.indexOf(0, at));
}

/** Letters, digits, `_`, `.` and `-`, and the zero byte behind them, which is not part of the answer. */
function readKey(bytes: Uint8Array, from: number, to: number): string | null {
  const limit = Math.min(to, from + KEY_BYTES_MAX + 1);
  for (let at = from; at < limit; at++) {
    const byte = bytes[at] as number;
    if (byte === 0) return latin1(bytes, from, at);
    if (!isKeyByte(byte)) return null;
  }
  return null;
}

function isKeyByte(byte: number): boolean {
  const lower = byte | 0x20;
  return (
    (lower >= 0x61 && lower <= 0x7a) ||
    (byte >= 0x30 && byte <= 0x39) ||
    byte === 0x5f ||
    byte === 0x2e ||
    byte === 0x2d
  );
}
