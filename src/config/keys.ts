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

/** Every key of the configuration, a map before its keys, in the order of the schema. */
export function allKeys(schema: JsonSchema, prefix = ''): KnownKey[] {
  const container = containerOf(schema);
  if (container.items !== undefined) return allKeys(container.items, `${prefix}[]`);
  if (typeof container.additionalProperties === 'object')
    return allKeys(container.additionalProperties, `${prefix}.<name>`);
  return Object.entries(container.properties ?? {}).flatMap(([key, value]) => {
    const path = prefix === '' ? key : `${prefix}.${key}`;
    const required = container.required?.includes(key) ?? false;
    return [{ path, key, schema: value, required }, ...allKeys(value, path)];
  });
}

/** The schema of the map or list at a path, or null where the configuration has none there. */
export function schemaAt(schema: JsonSchema, path: Path): JsonSchema | null {
  let here: JsonSchema | undefined = containerOf(schema);
  for (const step of path) {
    const next: JsonSchema | undefined = typeof step === 'number' ? here.items : schemaOfValue(here, step);
    if (next === undefined) return null;
    here = containerOf(next);
  }
  return here;
}

function schemaOfValue(map: JsonSchema, key: string): JsonSchema | undefined {
  const { properties = {}, additionalProperties } = map;
  if (Object.hasOwn(properties, key)) return properties[key];
  return typeof additionalProperties === 'object' ? additionalProperties : undefined;
}

/** Of a single value or a container (`either`), the container. */
export function containerOf(schema: JsonSchema): JsonSchema {
  return schema.anyOf?.at(-1) ?? schema;
}
