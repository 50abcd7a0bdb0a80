import { z } from 'zod';

/** A list with at least one item, and at most `max`. */
export function list<T extends z.ZodType>(item: T, max: number, what: string) {
  return z
    .array(item)
    .min(1, `the list is empty; expected at least one ${what}`)
    .max(max, `more than ${max} are not possible here`)
    .meta({ title: `list of ${plural(what)}` });
}

/**
 * Either a single value or a map or list. Exactly two branches, the single value first: the messages about a mistake
 * are those of the branch that has the shape of what was written.
 */
export function either<S extends z.ZodType, C extends z.ZodType>(scalar: S, container: C) {
  return z.union([scalar, container]);
}

/** One value, or a list of values of which any will do. */
export function oneOrMany<T extends z.ZodType>(item: T, max: number, what: string) {
  return either(item, list(item, max, what));
}

function plural(what: string): string {
  return what.endsWith('ch') ? `${what}es` : `${what}s`;
}
