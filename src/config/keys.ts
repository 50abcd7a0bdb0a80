import type { JsonSchema } from './schema.ts';
import type { Path } from './show.ts';

/** One key of the configuration. */
export interface KnownKey {
  /** `listeners[].limits.on_limit`; a name that the user chooses is `<name>`. */
  readonly path: string;
  readonly key: string;
  readonly schema: JsonSchema;
  readonly required: boolean;
}

/** Every key of the configuration, a map before its keys, in the order of the schema. Maps within themselves are told once. */
export function allKeys(schema: JsonSchema): KnownKey[] {
  return keysWithin(schema, '', schema, []);
}

/** The schema of the map or list at a path, or null where the configuration has none there. */
export function schemaAt(schema: JsonSchema, path: Path): JsonSchema | null {
  let here: JsonSchema | undefined = containerOf(schema, schema);
  for (const step of path) {
    const next: JsonSchema | undefined = typeof step === 'number' ? here.items : schemaOfValue(here, step);
    if (next === undefined) return null;
    here = containerOf(next, schema);
  }
  return here;
}

/** `within`: the references that led here. */
function keysWithin(
  schema: JsonSchema,
  prefix: string,
  root: JsonSchema,
  within: readonly string[],
): KnownKey[] {
  const reference = schema.$ref;
  if (reference !== undefined && within.includes(reference)) return [];
  const inside = reference === undefined ? within : [...within, reference];
  const container = containerOf(schema, root);
  if (container.items !== undefined) return keysWithin(container.items, `${prefix}[]`, root, inside);
  if (typeof container.additionalProperties === 'object')
    return keysWithin(container.additionalProperties, `${prefix}.<name>`, root, inside);
  return Object.entries(container.properties ?? {}).flatMap(([key, value]) => {
    const path = prefix === '' ? key : `${prefix}.${key}`;
    const required = container.required?.includes(key) ?? false;
    return [{ path, key, schema: value, required }, ...keysWithin(value, path, root, inside)];
  });
}

function schemaOfValue(map: JsonSchema, key: string): JsonSchema | undefined {
  const { properties = {}, additionalProperties } = map;
  if (Object.hasOwn(properties, key)) return properties[key];
  return typeof additionalProperties === 'object' ? additionalProperties : undefined;
}

/** Of a single value or a container (`either`), the container; what a reference stands for. */
function containerOf(schema: JsonSchema, root: JsonSchema): JsonSchema {
  const container = schema.anyOf?.at(-1) ?? schema;
  const name = container.$ref?.replace('#/$defs/', '');
  return name === undefined ? container : (root.$defs?.[name] ?? container);
}
