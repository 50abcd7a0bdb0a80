import { field, type Json, list, text } from './json.ts';
import type { Model } from './model.ts';

/** A backend with its pool. */
export interface BackendRow {
  readonly key: string;
  readonly pool: Json;
  readonly backend: Json;
}

/** The backends of a status in the order of their pools. */
export function backendRows(status: Json): readonly BackendRow[] {
  return list(status, 'pools').flatMap((pool) =>
    list(pool, 'backends').map((backend) => ({ key: backendKey(pool, backend), pool, backend })),
  );
}

/** `pool/backend`, each percent-encoded: as a path of the API has them. */
function backendKey(pool: Json, backend: Json): string {
  return [text(pool, 'name'), text(backend, 'name')].map(encoded).join('/');
}

/** A segment of a path. Half a surrogate pair, which no name can have, becomes U+FFFD. */
export function encoded(name: string): string {
  return encodeURIComponent(Buffer.from(name).toString());
}

/** Names of the listeners that a status has in use, in its order. */
export function listenerNames(status: Json): readonly string[] {
  const inUse = list(status, 'listeners').filter((one) => field(one, 'retired') !== true);
  return inUse.map((one) => text(one, 'name'));
}

/** Ids of the connections that the list shows. */
export function connectionIds({ connections }: Model): readonly string[] {
  return connections?.rows.map((row) => text(row, 'connection')) ?? [];
}

/** Place of what is selected; the first where that is nowhere, null where there is nothing. */
export function placeOf(keys: readonly string[], selected: string | null): number | null {
  if (keys.length === 0) return null;
  return Math.max(0, selected === null ? 0 : keys.indexOf(selected));
}

/** What is selected after a step of so many rows. */
export function moved(keys: readonly string[], selected: string | null, by: number): string | null {
  const place = placeOf(keys, selected);
  if (place === null) return null;
  return keys[Math.min(keys.length - 1, Math.max(0, place + by))] ?? null;
}

/**
 * What is to be selected among new rows: the same where it is still there, else what has come into its place, so that the
 * cursor stays where it is on the screen.
 */
export function kept(
  before: readonly string[],
  after: readonly string[],
  selected: string | null,
): string | null {
  if (selected === null || after.includes(selected)) return selected;
  const place = placeOf(before, selected) ?? 0;
  return after[Math.min(place, after.length - 1)] ?? null;
}
