import type { KillFilter } from '../../parts/end-connections.ts';

/** What connections can be chosen by: the fields of the API's query. */
export const FIELDS = [
  'listener',
  'route',
  'pool',
  'backend',
  'state',
  'protocol',
  'client',
  'min_age_ms',
  'min_bytes',
] as const;
export type Field = (typeof FIELDS)[number];

const NUMBERS: readonly string[] = ['min_age_ms', 'min_bytes'];

export type Filter = Readonly<Partial<Record<Field, string>>>;

/** The filter in the query of the page's address; fields that are empty or unknown are left out. */
export function filterOf(query: URLSearchParams): Filter {
  const given = FIELDS.map((field) => [field, query.get(field)?.trim() ?? '']);
  return Object.fromEntries(given.filter(([, value]) => value !== ''));
}

/** The filter as the body of a kill has it: numbers are numbers there. */
export function killFilterOf(filter: Filter): KillFilter {
  const entries = Object.entries(filter).map(([field, value]) => [
    field,
    NUMBERS.includes(field) ? Number(value) : value,
  ]);
  return Object.fromEntries(entries);
}
