import { parseDuration, parseSize } from '../../config/index.ts';
import { parseCidr } from '../../core/cidr.ts';
import { type Json, text } from './json.ts';

/** What a filter means. */
export interface Filter {
  /** Fields of the query of `GET /v1/connections`. */
  readonly query: readonly (readonly [string, string])[];
  /** Looked for in the rows that come, in lower case; all have to be there. */
  readonly words: readonly string[];
}

const KEYS = ['listener', 'route', 'pool', 'backend', 'state', 'protocol', 'client'];
const ROW_FIELDS = [...KEYS, 'connection'];

/** What is right, for whoever types something else. */
export const FILTER_KEYS = [...KEYS, 'age', 'bytes'].map((key) => `${key}=`).join(' ');

/**
 * Reads `pool=web state=streaming age=5m bytes=1MiB 10.0.0.0/8 word`; in words what is wrong with it. An address or a network is
 * the client's; a word without `=` is looked for in the fields of a row.
 */
export function parseFilter(typed: string): Filter | string {
  const query: [string, string][] = [];
  const words: string[] = [];
  for (const part of typed.split(/\s+/).filter((one) => one !== '')) {
    const at = part.indexOf('=');
    if (at < 0 && typeof parseCidr(part) !== 'string') query.push(['client', part]);
    else if (at < 0) words.push(part.toLowerCase());
    else {
      const found = fieldOf(part.slice(0, at), part.slice(at + 1));
      if (typeof found === 'string') return found;
      query.push(found);
    }
  }
  return { query, words };
}

/** Whether a row has all words of a filter. */
export function hasWords(row: Json, words: readonly string[]): boolean {
  const texts = ROW_FIELDS.map((key) => text(row, key).toLowerCase());
  return words.every((word) => texts.some((one) => one.includes(word)));
}

function fieldOf(key: string, value: string): [string, string] | string {
  if (KEYS.includes(key)) return [key, value];
  if (key === 'age') {
    const ms = parseDuration(value);
    return ms === null ? `age=${value}: a time with its unit is right, such as 5m` : ['min_age_ms', `${ms}`];
  }
  if (key === 'bytes') {
    const bytes = parseSize(value);
    return bytes === null ? `bytes=${value}: a size is right, such as 1MiB` : ['min_bytes', `${bytes}`];
  }
  return `${key}= is no field; right are words, an address, and ${FILTER_KEYS}`;
}
