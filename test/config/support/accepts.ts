import type { JsonSchema } from '../../../src/config/index.ts';

const KEYWORDS = new Set([
  ...['$schema', 'title', 'description', 'default', 'type', 'enum', 'pattern', 'minLength'],
  ...['minimum', 'maximum', 'properties', 'required', 'additionalProperties', 'propertyNames'],
  ...['minProperties', 'maxProperties', 'items', 'minItems', 'maxItems', 'anyOf', '$ref', '$defs'],
]);

/** Whether a JSON Schema accepts a value: the keywords that ours uses. Throws on one it does not know. */
export function accepts(schema: JsonSchema, value: unknown, root = schema): boolean {
  for (const keyword of Object.keys(schema))
    if (!KEYWORDS.has(keyword)) throw new Error(`the keyword ${keyword} is not known here`);
  const { anyOf, type } = schema;
  const enumeration = schema['enum'] as readonly unknown[] | undefined;
  const referred = root.$defs?.[schema.$ref?.replace('#/$defs/', '') ?? ''];
  if (schema.$ref !== undefined && (referred === undefined || !accepts(referred, value, root))) return false;
  if (anyOf !== undefined && !anyOf.some((branch) => accepts(branch, value, root))) return false;
  if (enumeration !== undefined && !enumeration.includes(value)) return false;
  if (type !== undefined && ![type].flat().some((name) => isOfType(name as string, value))) return false;
  if (typeof value === 'string') return acceptsText(schema, value);
  if (typeof value === 'number')
    return value >= bound(schema, 'minimum') && value <= bound(schema, 'maximum');
  if (Array.isArray(value)) return acceptsList(schema, value, root);
  if (typeof value === 'object' && value !== null)
    return acceptsMap(schema, value as Record<string, unknown>, root);
  return true;
}

function acceptsText(schema: JsonSchema, text: string): boolean {
  const pattern = schema['pattern'] as string | undefined;
  return (
    (pattern === undefined || new RegExp(pattern, 'u').test(text)) &&
    text.length >= bound(schema, 'minLength')
  );
}

function acceptsList(schema: JsonSchema, list: readonly unknown[], root: JsonSchema): boolean {
  const { items } = schema;
  const fits = list.length >= bound(schema, 'minItems') && list.length <= bound(schema, 'maxItems');
  return fits && (items === undefined || list.every((item) => accepts(items, item, root)));
}

function acceptsMap(schema: JsonSchema, map: Record<string, unknown>, root: JsonSchema): boolean {
  const { properties = {}, required = [], additionalProperties = true, propertyNames } = schema;
  const keys = Object.keys(map);
  if (keys.length < bound(schema, 'minProperties') || keys.length > bound(schema, 'maxProperties'))
    return false;
  if (required.some((key) => !keys.includes(key))) return false;
  if (propertyNames !== undefined && !keys.every((key) => accepts(propertyNames, key, root))) return false;
  return keys.every((key) => {
    const own = properties[key];
    if (own !== undefined) return accepts(own, map[key], root);
    return typeof additionalProperties === 'boolean'
      ? additionalProperties
      : accepts(additionalProperties, map[key], root);
  });
}

function isOfType(type: string, value: unknown): boolean {
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value);
  if (type === 'integer') return Number.isInteger(value);
  return typeof value === type;
}

function bound(schema: JsonSchema, keyword: string): number {
  const value = schema[keyword];
  return typeof value === 'number' ? value : keyword.startsWith('max') ? Infinity : -Infinity;
}
