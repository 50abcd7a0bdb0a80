import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, it } from 'vitest';
import { openApiDocument } from '../../src/admin/openapi.ts';
import { ENDPOINTS } from '../../src/admin/table.ts';
import { ask, jsonOf } from './ask.ts';
import { sourceIn } from './statuses.ts';

describe('the document of the API', () => {
  it('is one of OpenAPI 3.1 by the schema of its authors', async () => {
    const reply = await ask(sourceIn('ready'), 'GET /v1/openapi.json');
    const result = await new Validator().validate(jsonOf(reply));
    expect(result).toEqual({ valid: true });
    expect(jsonOf(reply)['openapi']).toMatch(/^3\.1\./);
  });

  it('has every endpoint, each with a name of its own', () => {
    const paths = openApiDocument(ENDPOINTS)['paths'] as Record<
      string,
      Record<string, { operationId: string }>
    >;
    const names = Object.values(paths).flatMap((path) =>
      Object.values(path).map(({ operationId }) => operationId),
    );
    expect(names.sort()).toEqual(ENDPOINTS.map(({ name }) => name).sort());
    expect(new Set(names).size).toBe(names.length);
  });
});
