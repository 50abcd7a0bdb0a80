import { z } from 'zod';
import type { Endpoint, ReplySpec } from './endpoint.ts';
import { BODY_BYTES_MAX, WRITES_MAX } from './limits.ts';
import { BODY_TYPES } from './media-types.ts';
import { problemDetails } from './schemas/problem.ts';

/** A piece of a document in JSON. */
type Piece = Record<string, unknown>;

/** Of the API, by semver: a change that a caller has to know of raises the first number, and the path with it. */
const API_VERSION = '1.0.0';

const PROBLEM_TYPE = 'application/problem+json';
const PROBLEM = { $ref: '#/components/schemas/Problem' };

/** The document of a table of endpoints, by OpenAPI 3.1.1. */
export function openApiDocument(table: readonly Endpoint[]): Piece {
  const paths: Record<string, Piece> = {};
  for (const endpoint of table) {
    paths[endpoint.path] ??= {};
    Object.assign(paths[endpoint.path] as Piece, {
      [endpoint.method.toLowerCase()]: operationOf(endpoint),
    });
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Sluice',
      version: API_VERSION,
      description: 'What a running Sluice tells of itself, and what can be changed of it.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    paths,
    components: {
      schemas: { Problem: jsonSchema(problemDetails(), 'output') },
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
    },
  };
}

function operationOf(endpoint: Endpoint): Piece {
  const { name, summary, params = {}, query = {}, headers = {}, body, access } = endpoint;
  const parameters = [
    ...Object.entries(params).map(([key, schema]) => parameter(key, 'path', schema)),
    ...Object.entries(query).map(([key, schema]) => parameter(key, 'query', schema)),
    ...Object.entries(headers).map(([key, description]) => ({
      name: key,
      in: 'header',
      description,
      schema: { type: 'string' },
    })),
  ];
  return {
    operationId: name,
    summary,
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined ? {} : { requestBody: requestBodyOf(endpoint) }),
    responses: responsesOf(endpoint),
    // Whether a token is needed depends on the address and the configuration.
    security: access === 'open' ? [] : [{ token: [] }, {}],
  };
}

function parameter(name: string, place: 'path' | 'query', schema: z.ZodType): Piece {
  const { description, ...rest } = jsonSchema(schema, 'input');
  return {
    name,
    in: place,
    ...(place === 'path' ? { required: true } : {}),
    ...(description === undefined ? {} : { description }),
    schema: rest,
  };
}

function requestBodyOf({ body }: Endpoint): Piece {
  if (body === undefined) return {};
  const schema = body.kind === 'yaml' ? { type: 'string' } : jsonSchema(body.schema, 'input');
  return {
    description: body.description,
    required: !(body.kind === 'json' && body.optional === true),
    content: Object.fromEntries(BODY_TYPES[body.kind].map((type) => [type, { schema }])),
  };
}

/** With the refusals that come before the endpoint is called. */
function responsesOf(endpoint: Endpoint): Piece {
  const replies = Object.entries({ ...refusalsOf(endpoint), ...endpoint.replies });
  return Object.fromEntries(
    replies.map(([status, reply]) => [status, responseOf(Number(status), reply as ReplySpec)]),
  );
}

function responseOf(status: number, { description, type, schema }: ReplySpec): Piece {
  if (type === '') return { description };
  const named = type ?? (status >= 400 ? PROBLEM_TYPE : 'application/json');
  const piece =
    named === PROBLEM_TYPE
      ? PROBLEM
      : schema === undefined
        ? { type: 'string' }
        : jsonSchema(schema(), 'output');
  return { description, content: { [named.split(';', 1)[0] as string]: { schema: piece } } };
}

function refusalsOf({
  access,
  isWebSocket = false,
  query,
  params,
  body,
}: Endpoint): Record<number, ReplySpec> {
  return {
    ...(query === undefined && params === undefined && body?.kind !== 'json'
      ? {}
      : { 400: { description: 'A parameter or the body is not as it has to be.' } }),
    ...(access === 'open' ? {} : { 401: { description: 'The token is lacking or another.' } }),
    ...(access === 'write' ? { 403: { description: 'A web page of another origin may not write.' } } : {}),
    ...(isWebSocket
      ? {
          403: { description: 'A web page of another origin may not read.' },
          426: { description: 'It is a WebSocket: RFC 6455.' },
        }
      : {}),
    ...(access === 'write'
      ? { 503: { description: `More than ${WRITES_MAX} writes at once, or the service is stopping.` } }
      : {}),
    ...(access === 'write' ? { 504: { description: 'Not over after a minute; it goes on.' } } : {}),
    ...(body === undefined
      ? {}
      : {
          408: { description: 'The body did not come in time.' },
          415: { description: 'The body is of another type, or encoded.' },
        }),
    413: {
      description: body === undefined ? 'It has no body.' : `A body has at most ${BODY_BYTES_MAX} bytes.`,
    },
    421: { description: 'A name that is not loopback, on a loopback address.' },
  };
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Piece {
  const { $schema: _, ...piece } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Piece;
  return piece;
}
