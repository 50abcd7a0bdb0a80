import type { Direction } from '../core/direction.ts';
import { TEE_FILE_PLACEHOLDERS } from '../core/tee-plan.ts';

/** Longest value put into a name, in characters; the rest is cut off. */
export const TEE_FILE_VALUE_CHARS_MAX = 64;

export interface TeeFileValues {
  /** When the connection was accepted, or the file begun, milliseconds since 1970; written in UTC as `20260131T120000.000Z`. */
  readonly start: number;
  readonly listener: string;
  /** Two hex digits, as a connection's id begins. */
  readonly shard: string;
  /** Empty where the file is for several. */
  readonly connection: string;
  readonly direction: Direction | '';
}

/**
 * The file name behind a pattern with `TEE_FILE_PLACEHOLDERS`. The pattern says in which directory
 * the file lies; no value can change that: in a value everything but letters, digits, `-`, `_` and inner dots becomes
 * `_`, and so does a value that is empty.
 */
export function teeFileName(pattern: string, values: TeeFileValues): string {
  const texts: Record<string, string> = { ...values, start: compactTime(values.start) };
  return pattern.replace(PLACEHOLDER, (_braces, name: string) => safeValue(texts[name] ?? ''));
}

const PLACEHOLDER = new RegExp(`\\{(${TEE_FILE_PLACEHOLDERS.join('|')})\\}`, 'g');

function compactTime(epochMs: number): string {
  return new Date(epochMs).toISOString().replace(/[-:]/g, '');
}

function safeValue(text: string): string {
  const safe = text
    .slice(0, TEE_FILE_VALUE_CHARS_MAX)
    .replace(/[^A-Za-z0-9_.-]/g, '_')
    .replace(/^\.+|\.+$/g, '_');
  return safe === '' ? '_' : safe;
}
