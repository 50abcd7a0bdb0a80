import type { ProxyRow } from './rows.ts';
import type { Toxic } from './toxic.ts';

/** What Go writes as an escape so that JSON can stand in a page. */
const ESCAPED = /[<>&\u2028\u2029]/g;

/** JSON as Go's encoding/json writes it: no spaces, fields in the order given. */
export function encode(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    ESCAPED,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** A toxic as Toxiproxy shows it, with its fields in that order. */
export function shownToxic({ attributes, name, type, stream, toxicity }: Toxic) {
  return { attributes, name, type, stream, toxicity };
}

/** A proxy as Toxiproxy shows it; toxics of the upstream first. */
export function shownProxy({ name, listen, upstream, enabled }: ProxyRow, toxics: readonly Toxic[]) {
  return { name, listen, upstream, enabled, toxics: toxics.map(shownToxic) };
}
