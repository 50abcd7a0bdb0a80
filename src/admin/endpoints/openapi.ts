import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import type { Reply } from '../reply.ts';

/** The document that describes the API. `document` is asked once, when somebody first wants it. */
export function openApiEndpoint(document: () => unknown) {
  let text: string | null = null;
  return endpoint({
    name: 'getOpenApi',
    method: 'GET',
    path: '/v1/openapi.json',
    access: 'read',
    summary: 'This document: the API in OpenAPI 3.1',
    replies: { 200: { description: 'The document.', schema: () => z.looseObject({ openapi: z.string() }) } },
    handle: (): Reply => {
      text ??= `${JSON.stringify(document())}\n`;
      return { status: 200, type: 'application/json', body: text };
    },
  });
}
