import type { Path } from './show.ts';

/** A value of the file and where it stands; nothing is known of its shape yet. */
export interface Raw {
  readonly value: unknown;
  readonly path: Path;
}

/** The value of a key; undefined where there is no map or no such key. */
export function at(raw: Raw, key: string): Raw {
  const { value, path } = raw;
  const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
  const held = isMap && Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
  return { value: held, path: [...path, key] };
}

/** Whether a map has a key. */
export function has(raw: Raw, key: string): boolean {
  return at(raw, key).value !== undefined;
}

/** The items of a list; none where it is no list. */
export function items(raw: Raw): Raw[] {
  if (!Array.isArray(raw.value)) return [];
  return raw.value.map((value: unknown, index) => ({ value, path: [...raw.path, index] }));
}

/** The values of a map with their keys at the end of the path; none where it is no map. */
export function values(raw: Raw): Raw[] {
  return keysOf(raw).map((key) => at(raw, key));
}

/** The keys of a map; none where it is no map. */
export function keysOf(raw: Raw): string[] {
  const { value } = raw;
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : [];
}

/** The text, where it is one. */
export function text(raw: Raw): string | null {
  return typeof raw.value === 'string' ? raw.value : null;
}

/** The items of a list, or the one value where it is none. */
export function oneOrManyOf(raw: Raw): Raw[] {
  if (raw.value === undefined) return [];
  return Array.isArray(raw.value) ? items(raw) : [raw];
}
