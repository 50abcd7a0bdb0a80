import { z } from 'zod';
import type { BodySpec, Fields } from './endpoint.ts';

/** What a schema made of an input, or what was wrong with it, one sentence a mistake. */
export type Checked = { readonly value: unknown } | { readonly detail: string };

/** Mistakes of one input that are told; the rest is left out. */
const MISTAKES_TOLD_MAX = 10;

/** Characters of a text in a message, of which a client may have sent any number. */
const TEXT_CHARS_MAX = 200;

/** Checks the texts that stand for fields of a path or a query; `what` names them in messages. */
export function checkFields(fields: Fields, given: Readonly<Record<string, string>>, what: string): Checked {
  return check(z.strictObject(fields as Record<string, z.ZodType>), given, what);
}

/** Splits a query into its fields. A field that comes twice is a mistake. */
export function parseQuery(
  target: string,
): { readonly fields: Readonly<Record<string, string>> } | { readonly detail: string } {
  const start = target.indexOf('?');
  const fields: Record<string, string> = {};
  if (start < 0) return { fields };
  for (const [name, value] of new URLSearchParams(target.slice(start + 1))) {
    if (Object.hasOwn(fields, name)) return { detail: `the query has ${quoted(name)} more than once` };
    Object.defineProperty(fields, name, { value, enumerable: true });
  }
  return { fields };
}

/** Checks a body of text. */
export function checkBody(spec: BodySpec<unknown>, text: string): Checked {
  if (spec.kind === 'yaml') return { value: text };
  if (text === '' && spec.optional === true) return check(spec.schema, {}, 'the body');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { detail: 'the body is not JSON' };
  }
  return check(spec.schema, value, 'the body');
}

function check(schema: z.ZodType, given: unknown, what: string): Checked {
  const result = schema.safeParse(given);
  if (result.success) return { value: result.data };
  const mistakes = result.error.issues.slice(0, MISTAKES_TOLD_MAX).map(({ path, message }) => {
    const where = path.length === 0 ? what : `${quoted(path.join('.'))} of ${what}`;
    return `${where}: ${shortened(message)}`;
  });
  return { detail: mistakes.join('\n') };
}

function quoted(text: string): string {
  return JSON.stringify(shortened(text));
}

/** A client's text in a message is bounded. */
export function shortened(text: string): string {
  return text.length > TEXT_CHARS_MAX ? `${text.slice(0, TEXT_CHARS_MAX)}…` : text;
}
