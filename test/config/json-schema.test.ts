import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { allKeys, jsonSchema } from '../../src/config/index.ts';
import { configSchema } from '../../src/config/schema.ts';
import { accepts } from './support/accepts.ts';
import { readCase, yamlFiles } from './support/cases.ts';

/** Bad files that are YAML, and whose mistakes are in single values: what a schema can see. */
const WRONG_VALUES = yamlFiles('bad').filter((name) => {
  try {
    return !configSchema.safeParse(parse(readCase('bad', name), { logLevel: 'silent', maxAliasCount: 10 }))
      .success;
  } catch {
    return false;
  }
});

/** Seen by zod alone, since JSON Schema cannot compare quantities with units or look into addresses. */
const BEYOND_JSON_SCHEMA = [
  '17-sizes.yaml',
  '18-rates.yaml',
  '20-tee-placeholders.yaml',
  '31-networks.yaml',
  '37-otlp-with-password.yaml',
  '38-admin-for-everybody.yaml',
  '58-hang.yaml',
  '88-preconnect.yaml',
];

describe('the JSON Schema', () => {
  it.each(yamlFiles('good'))('accepts %s, as zod does', (name) => {
    const value: unknown = parse(readCase('good', name));
    expect(configSchema.safeParse(value).success).toBe(true);
    expect(accepts(jsonSchema(), value)).toBe(true);
  });

  it.each(WRONG_VALUES.filter((name) => !BEYOND_JSON_SCHEMA.includes(name)))(
    'refuses %s, as zod does',
    (name) => {
      expect(accepts(jsonSchema(), parse(readCase('bad', name), { logLevel: 'silent' }))).toBe(false);
    },
  );

  it('has a default for a key exactly where zod does without it', () => {
    for (const { path, schema, required } of allKeys(jsonSchema()))
      if (required) expect([path, schema.default]).toEqual([path, undefined]);
  });

  it('accepts each of its own defaults', () => {
    for (const { path, schema } of allKeys(jsonSchema()))
      if (schema.default !== undefined) expect([path, accepts(schema, schema.default)]).toEqual([path, true]);
  });

  it('describes every key in a sentence', () => {
    for (const { path, schema } of allKeys(jsonSchema()))
      expect(`${path}: ${schema.description}`).toMatch(/: \S.*\.$|: `tcp`|: `raw`|: `json`/);
  });
});
