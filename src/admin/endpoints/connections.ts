import { z } from 'zod';
import { parseCidr } from '../../core/cidr.ts';
import { type ConnectionId, parseConnectionId } from '../../core/connection-id.ts';
import {
  CONNECTION_SORTS,
  CONNECTIONS_PAGE_MAX,
  type ConnectionFilter,
  type ConnectionSort,
} from '../../core/connection-query.ts';
import { STATES } from '../../core/state.ts';
import { formatCursor, parseCursor } from '../cursor.ts';
import { endpoint, problem } from '../endpoint.ts';
import { wholeNumber } from '../fields.ts';
import { jsonReply, problemReply } from '../reply.ts';
import { connectionRow, connectionView } from '../schemas/connection.ts';

/** Rows of a page where the query does not say. */
const LIMIT_DEFAULT = 100;

const connectionName = z.string().describe('The id: up to twelve hex digits, as in the log.');

const network = z
  .string()
  .refine(
    (text) => typeof parseCidr(text) !== 'string',
    'an IP address or a network such as 10.0.0.0/8 is right',
  )
  .describe("The client's address, or a network it lies in.");

const SORTS = CONNECTION_SORTS.flatMap((sort) => [sort, `-${sort}`] as const);

/** The filter as fields of a query; the same names stand in the body of a kill. */
const filterFields = {
  listener: z.string().optional(),
  route: z.string().optional(),
  pool: z.string().optional(),
  backend: z.string().optional(),
  state: z.enum(STATES).optional(),
  protocol: z.string().optional().describe('As sniffed.'),
  client: network.optional(),
};

const listFields = {
  ...filterFields,
  min_age_ms: wholeNumber(0, Number.MAX_SAFE_INTEGER, 'Milliseconds since the accept, at least.').optional(),
  min_bytes: wholeNumber(0, Number.MAX_SAFE_INTEGER, 'Both directions together, at least.').optional(),
  sort: z.enum(SORTS).optional().describe('`-` before it: the greatest first. Default: `id`.'),
  limit: wholeNumber(1, CONNECTIONS_PAGE_MAX, `Rows of a page. Default: ${LIMIT_DEFAULT}.`).optional(),
  cursor: z
    .string()
    .transform((text, context) => {
      const cursor = parseCursor(text);
      if (cursor !== null) return cursor;
      context.addIssue({ code: 'custom', message: 'the `next` of a page is right' });
      return z.NEVER;
    })
    .optional()
    .describe('The `next` of the page before, with the same sort and filter.'),
};

const count = () => z.int().min(0);

export const listConnections = endpoint({
  name: 'listConnections',
  method: 'GET',
  path: '/v1/connections',
  access: 'read',
  summary: 'Live connections, filtered, sorted, a page at a time',
  query: listFields,
  replies: {
    200: {
      description:
        'A page. Sorted by `bytes` or `rate`, which change, a connection may stand on two pages or on none.',
      schema: () =>
        z.strictObject({
          matched: count().describe('Connections that the filter means, on all pages.'),
          connections: z.array(connectionRow()),
          next: z.string().nullable().describe('The cursor of the next page; null = this is the last.'),
        }),
    },
  },
  handle: async ({ source, query }) => {
    const limit = query.limit ?? LIMIT_DEFAULT;
    const { rows, keys, matched } = await source.list({
      filter: filterOf({ ...query, ageMsMin: query.min_age_ms, bytesMin: query.min_bytes }),
      ...orderOf(query.sort),
      limit,
      after: query.cursor ?? null,
    });
    const last = keys.at(-1);
    const next = rows.length < limit || last === undefined ? null : formatCursor(last);
    return jsonReply({ matched, connections: rows, next });
  },
});

export const getConnection = endpoint({
  name: 'getConnection',
  method: 'GET',
  path: '/v1/connections/{connection}',
  access: 'read',
  summary: 'All that is to be told of a live connection',
  params: { connection: connectionName },
  replies: {
    200: { description: 'The connection now.', schema: connectionView },
    404: problem('There is none of this id, or no more.'),
  },
  handle: async ({ source, path }) => {
    const id = parseConnectionId(path.connection);
    if (id === null) return notAnId();
    const view = await source.connection(id);
    return view === null ? noConnection() : jsonReply(view);
  },
});

const killed = () => z.strictObject({ killed: count().describe('Connections that were told to end.') });

export const killConnection = endpoint({
  name: 'killConnection',
  method: 'DELETE',
  path: '/v1/connections/{connection}',
  access: 'write',
  summary: 'Ends a connection: what was read is delivered within linger, then RST; its reason is `killed`',
  params: { connection: connectionName },
  replies: {
    200: { description: 'It is ending.', schema: killed },
    404: problem('There is none of this id, or no more.'),
  },
  handle: async ({ source, path }) => {
    const id = parseConnectionId(path.connection);
    if (id === null) return notAnId();
    const count = await source.kill([id]);
    return count === 0 ? noConnection() : jsonReply({ killed: count });
  },
});

export const killConnections = endpoint({
  name: 'killConnections',
  method: 'POST',
  path: '/v1/connections:kill',
  access: 'write',
  summary: 'Ends the connections that a filter means, the oldest first, as DELETE ends one',
  body: {
    kind: 'json',
    description: 'Which, and how many at most. At least one field of the filter has to be there.',
    schema: z
      .strictObject({
        ...filterFields,
        min_age_ms: count().optional().describe('Milliseconds since the accept, at least.'),
        min_bytes: count().optional().describe('Both directions together, at least.'),
        max: z.int().min(1).max(CONNECTIONS_PAGE_MAX).describe('No more than these are ended.'),
      })
      .refine(
        ({ max: _, ...filter }) => Object.keys(filter).length > 0,
        'a field of the filter besides `max` is lacking',
      ),
  },
  replies: {
    200: {
      description: 'They are ending.',
      schema: () =>
        z.strictObject({
          killed: count().describe('Connections that were told to end.'),
          matched: count().describe('Connections that the filter meant.'),
        }),
    },
  },
  handle: async ({ source, body }) => {
    const { min_age_ms: ageMsMin, min_bytes: bytesMin, max, ...rest } = body;
    const filter = filterOf({ ...rest, ageMsMin, bytesMin });
    const query = { filter, sort: 'age', descending: true, limit: max, after: null } as const;
    const { keys, matched } = await source.list(query);
    const killed = await source.kill(keys.map(({ connection }): ConnectionId => connection));
    return jsonReply({ killed, matched });
  },
});

function notAnId() {
  return problemReply(404, 'a connection is named by up to twelve hex digits, as in the log');
}

function noConnection() {
  return problemReply(404, 'there is no such connection, or no more');
}

function orderOf(sort = 'id'): { readonly sort: ConnectionSort; readonly descending: boolean } {
  return { sort: sort.replace('-', '') as ConnectionSort, descending: sort.startsWith('-') };
}

type GivenFilter = { readonly [Key in keyof ConnectionFilter]?: ConnectionFilter[Key] | undefined };

function filterOf(given: GivenFilter): ConnectionFilter {
  const { listener, route, pool, backend, state, protocol, client, ageMsMin, bytesMin } = given;
  return {
    listener: listener ?? null,
    route: route ?? null,
    pool: pool ?? null,
    backend: backend ?? null,
    state: state ?? null,
    protocol: protocol ?? null,
    client: client ?? null,
    ageMsMin: ageMsMin ?? 0,
    bytesMin: bytesMin ?? 0,
  };
}
