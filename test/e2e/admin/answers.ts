import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'vitest';
import type { Sluice } from '../../support/sluice.ts';

export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** Asks the API, each answer checked against the schema that the document has for it. */
export type Ask = (line: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer>;

/** Reads the document of a running Sluice. */
export async function api({ admin }: Pick<Sluice, 'admin'>): Promise<Ask> {
  const document = (await (await fetch(`${admin}/v1/openapi.json`)).json()) as {
    readonly paths: Record<string, Record<string, { readonly responses: Record<string, unknown> }>>;
  };
  const ajv = new Ajv2020({ strict: false });
  ajv.addSchema(document, 'api');
  return async (line, body, headers = {}) => {
    const [method = '', target = ''] = line.split(' ');
    const type = typeof body === 'string' ? 'application/yaml' : 'application/json';
    const response = await fetch(`${admin}${target}`, {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': type }), ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const path = target.split('?', 1)[0] ?? '';
    const template = Object.keys(document.paths).find((candidate) =>
      new RegExp(`^${candidate.replace(/\{\w+\}/g, '[^/{}]+')}$`).test(path),
    );
    expect(template, `${path} is in the document`).toBeDefined();
    const given = (response.headers.get('content-type') ?? '').split(';', 1)[0] ?? '';
    const pointer = ['paths', template ?? '', method.toLowerCase(), 'responses', `${response.status}`]
      .concat('content', given, 'schema')
      .map((part) => part.replaceAll('~', '~0').replaceAll('/', '~1'))
      .join('/');
    const value: unknown = given.endsWith('json') ? JSON.parse(text) : text;
    const isRight = ajv.compile({ $ref: `api#/${encodeURI(pointer)}` });
    expect(isRight(value) ? [] : isRight.errors, `${line}: ${response.status} ${text.slice(0, 500)}`).toEqual(
      [],
    );
    return { status: response.status, body: given.endsWith('json') ? (value as Answer['body']) : { text } };
  };
}
