/** What a service has answered. It may be another version, or not Sluice at all: nothing of it is taken for granted. */
export type Json = unknown;

/** Items of a list that are looked at. */
export const ITEMS_MAX = 10_000;

/** A field; undefined where there is none, or `of` is no object. */
export function field(of: Json, ...path: readonly string[]): Json {
  let at = of;
  for (const key of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined;
    at = (at as Record<string, unknown>)[key];
  }
  return at;
}

/** A field as text; empty where it is null or lacking. */
export function text(of: Json, ...path: readonly string[]): string {
  const found = field(of, ...path);
  if (typeof found === 'string') return found;
  return found === undefined || found === null ? '' : brief(found);
}

/** A field as a number; 0 where it is none. */
export function number(of: Json, ...path: readonly string[]): number {
  const found = field(of, ...path);
  return typeof found === 'number' && Number.isFinite(found) ? found : 0;
}

/** The items of a field; none where it is no list. */
export function list(of: Json, ...path: readonly string[]): readonly Json[] {
  const found = field(of, ...path);
  return Array.isArray(found) ? found.slice(0, ITEMS_MAX) : [];
}

/** The entries of a field that is an object; none where it is not. */
export function entries(of: Json, ...path: readonly string[]): readonly (readonly [string, Json])[] {
  const found = field(of, ...path);
  if (typeof found !== 'object' || found === null || Array.isArray(found)) return [];
  return Object.entries(found).slice(0, ITEMS_MAX);
}

/** The numbers of a field that is an object, added up. */
export function sum(of: Json, ...path: readonly string[]): number {
  return entries(of, ...path).reduce((total, [key]) => total + number(of, ...path, key), 0);
}

/** Anything in a few words. */
export function brief(value: Json): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}
