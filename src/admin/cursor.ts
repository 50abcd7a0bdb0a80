import type { ConnectionCursor } from '../core/connection-query.ts';

/** Characters of a cursor that are read. */
const CURSOR_CHARS_MAX = 200;

/** A place in a list as one word, for a query. */
export function formatCursor({ value, connection }: ConnectionCursor): string {
  return Buffer.from(JSON.stringify([value, connection])).toString('base64url');
}

/** The place that `formatCursor` wrote; null where it did not. */
export function parseCursor(text: string): ConnectionCursor | null {
  if (text.length > CURSOR_CHARS_MAX) return null;
  try {
    const [value, connection, ...more]: unknown[] = JSON.parse(Buffer.from(text, 'base64url').toString());
    const isOne = Number.isFinite(value) && Number.isSafeInteger(connection) && more.length === 0;
    return isOne ? { value: value as number, connection: connection as number } : null;
  } catch {
    return null;
  }
}
