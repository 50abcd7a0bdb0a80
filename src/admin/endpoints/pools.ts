import { z } from 'zod';
import { BACKEND_CHANGE_KINDS, POOL_CHANGES_MAX, type PoolHistory } from '../../core/backend-history.ts';
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

const noPool = () => problemReply(404, 'there is no pool of this name; /v1/pools has them all');

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
    return pool === undefined ? noPool() : jsonReply(pool);
  },
});

const poolHistory = (): z.ZodType<PoolHistory> =>
  z.strictObject({
    changes: z
      .array(
        z.strictObject({
          time: z.number().describe('Milliseconds since 1970.'),
          backend: z.string(),
          kind: z.enum(BACKEND_CHANGE_KINDS),
          from: z.string().describe('As the kind has it: a health, a state of the circuit, what was said.'),
          to: z.string(),
          detail: z.string().describe('Why; of an override by whom.'),
        }),
      )
      .max(POOL_CHANGES_MAX)
      .describe('The newest last.'),
    dropped: z.int().min(0).describe('Older ones that made room.'),
  });

export const getPoolHistory = endpoint({
  name: 'getPoolHistory',
  method: 'GET',
  path: '/v1/pools/{pool}/history',
  access: 'read',
  summary: `The last ${POOL_CHANGES_MAX} changes of a pool's backends; kept over reloads`,
  params: { pool: z.string() },
  replies: {
    200: { description: 'Since the pool is there.', schema: poolHistory },
    404: problem('There is none of this name.'),
  },
  handle: ({ source, path }) => {
    const history = source.history(path.pool);
    return history === null ? noPool() : jsonReply(history);
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
