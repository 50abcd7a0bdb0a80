import { z } from 'zod';
import { ADMIN_STATES } from '../../core/backend-override.ts';
import { endpoint, problem } from '../endpoint.ts';
import { WEIGHT_AT_RUN_TIME_MAX } from '../limits.ts';
import { jsonReply, problemReply } from '../reply.ts';
import { backendStatus, poolStatus } from '../schemas/status.ts';

export const getPools = endpoint({
  name: 'getPools',
  method: 'GET',
  path: '/v1/pools',
  access: 'read',
  summary: 'The pools with their backends: health, weight, load, what was said at run time',
  replies: {
    200: { description: 'All in use.', schema: () => z.strictObject({ pools: z.array(poolStatus()) }) },
  },
  handle: ({ source }) => jsonReply({ pools: source.status().pools }),
});

export const getPool = endpoint({
  name: 'getPool',
  method: 'GET',
  path: '/v1/pools/{pool}',
  access: 'read',
  summary: 'One pool',
  params: { pool: z.string() },
  replies: {
    200: { description: 'The pool now.', schema: poolStatus },
    404: problem('There is none of this name.'),
  },
  handle: ({ source, path }) => {
    const pool = source.status().pools.find(({ name }) => name === path.pool);
    return pool === undefined
      ? problemReply(404, 'there is no pool of this name; /v1/pools has them all')
      : jsonReply(pool);
  },
});

export const patchBackend = endpoint({
  name: 'patchBackend',
  method: 'PATCH',
  path: '/v1/pools/{pool}/backends/{backend}',
  access: 'write',
  summary: 'Changes the weight of a backend, drains it, or puts it into maintenance; kept over reloads',
  params: { pool: z.string(), backend: z.string() },
  body: {
    kind: 'json',
    description: 'What is to be changed (RFC 7396).',
    schema: z
      .strictObject({
        weight: z
          .int()
          .min(0)
          .max(WEIGHT_AT_RUN_TIME_MAX)
          .nullable()
          .optional()
          .describe('null = that of the configuration again; 0 = no new connections.'),
        admin: z
          .enum(ADMIN_STATES)
          .optional()
          .describe(
            '`drain`: no new connections, those it has live on. `maintenance`: also down, and not probed. `ready`: neither.',
          ),
      })
      .refine((change) => Object.keys(change).length > 0, '`weight` or `admin` is lacking'),
  },
  replies: {
    200: {
      description: 'It holds for the next connection; the backend as it stands.',
      schema: backendStatus,
    },
    404: problem('There is no such backend in use.'),
  },
  handle: ({ source, path, body, by }) => {
    const backend = source.override(path.pool, path.backend, body, by);
    return backend === null
      ? problemReply(404, 'there is no such backend; /v1/pools has them all, each with its name')
      : jsonReply(backend);
  },
});
