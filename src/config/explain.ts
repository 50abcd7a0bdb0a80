import type { z } from 'zod';
import { didYouMean } from './did-you-mean.ts';
import { type Issue, wrongKey, wrongValue } from './issue.ts';
import { allKeys, type KnownKey, schemaAt } from './keys.ts';
import { type JsonSchema, jsonSchema } from './schema.ts';
import { orList, type Path, quote, show } from './show.ts';
import { NAME_EXPECTED } from './words.ts';

/** A longer value is not repeated in a suggestion. */
const SUGGESTED_CHARACTERS_MAX = 60;

type ZodIssue = z.core.$ZodIssue;

/** What zod found wrong with a value, in our words. */
export function explain(found: readonly ZodIssue[], root: unknown): Issue[] {
  const explainer = new Explainer(root);
  return found.flatMap((issue) => explainer.explain(issue, []));
}

class Explainer {
  readonly #root: unknown;
  #keys: readonly KnownKey[] | null = null;

  constructor(root: unknown) {
    this.#root = root;
  }

  /** Paths of the issues in a union begin at the union: `prefix` is where that stands. */
  explain(issue: ZodIssue, prefix: Path): Issue[] {
    const path = [...prefix, ...issue.path.map((step) => (typeof step === 'number' ? step : String(step)))];
    switch (issue.code) {
      case 'unrecognized_keys':
        return issue.keys.map((key) => this.#unknownKey(path, key));
      case 'invalid_union':
        return this.#union(issue.errors, path);
      case 'invalid_type':
        return [wrongValue(path, this.#wrongContainer(issue.expected, path))];
      case 'invalid_key':
        return [wrongKey(path, `${quote(String(path.at(-1)))} is not a name; expected ${NAME_EXPECTED}`)];
      default:
        return [wrongValue(path, issue.message)];
    }
  }

  /** Of a single value and a container, the one whose shape the value has (`either`). */
  #union(branches: readonly ZodIssue[][], path: Path): Issue[] {
    const value = valueAt(this.#root, path);
    const isContainer = typeof value === 'object' && value !== null;
    const branch = (isContainer ? branches.at(-1) : branches[0]) ?? [];
    return branch.flatMap((issue) => this.explain(issue, path));
  }

  #wrongContainer(expected: string, path: Path): string {
    const value = valueAt(this.#root, path);
    const schema = schemaAt(jsonSchema(), path) ?? {};
    const isList = expected === 'array';
    const what = `; expected ${isList ? describeList(schema) : describeMap(schema)}`;
    if (value === undefined) return `missing${what}`;
    if (value === null) return `nothing is written after this key${what}`;
    const isShort = typeof value !== 'object' && String(value).length <= SUGGESTED_CHARACTERS_MAX;
    const meant = isList && isShort ? `; did you mean [${value}]?` : '';
    return `${show(value)} is not ${isList ? 'a list' : 'a map'}${what}${meant}`;
  }

  #unknownKey(path: Path, key: string): Issue {
    const keys = Object.keys(schemaAt(jsonSchema(), path)?.properties ?? {});
    const noun = isStage(path) ? 'stage' : 'key';
    const near = didYouMean(key, keys);
    if (near !== null) return wrongKey([...path, key], `unknown ${noun}; did you mean ${quote(near)}?`);
    this.#keys ??= allKeys(jsonSchema());
    const places = this.#keys.filter((known) => known.key === key);
    const elsewhere = places.length > 0 ? `; it belongs to ${orList(places.map((place) => place.path))}` : '';
    const choice = keys.length === 0 ? 'this map takes no keys' : `the ${noun}s here are ${keys.join(', ')}`;
    return wrongKey([...path, key], `unknown ${noun}; ${choice}${elsewhere}`);
  }
}

function describeList(schema: JsonSchema): string {
  const required = schema.items?.required ?? [];
  return `a ${schema.title ?? 'list'}${required.length === 0 ? '' : `, each with ${required.join(' and ')}`}`;
}

function describeMap(schema: JsonSchema): string {
  if (typeof schema.additionalProperties === 'object')
    return 'a map with a name for each, such as "web: { … }"';
  return `a map with ${orList(Object.keys(schema.properties ?? {}))}`;
}

function isStage(path: Path): boolean {
  return path.at(-2) === 'stages';
}

/** The value at a path, undefined where there is none. */
export function valueAt(root: unknown, path: Path): unknown {
  let value = root;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string | number, unknown>)[step];
  }
  return value;
}
