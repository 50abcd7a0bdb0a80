import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { jsonReply } from '../reply.ts';
import { serviceStatus } from '../schemas/status.ts';

export const getStatus = endpoint({
  name: 'getStatus',
  method: 'GET',
  path: '/v1/status',
  access: 'read',
  summary: 'The service as it stands: phase, shards, listeners, pools',
  replies: { 200: { description: 'The state now.', schema: serviceStatus } },
  handle: ({ source }) => jsonReply(source.status()),
});

export const drainService = endpoint({
  name: 'drainService',
  method: 'POST',
  path: '/v1/drain',
  access: 'write',
  summary:
    'Stops the service, as SIGTERM does: nobody is accepted any more, connections may finish for `timeouts.drain`',
  replies: {
    202: {
      description: 'It has begun. The admin address is served until it is over.',
      schema: () => z.strictObject({ connections: z.int().min(0).describe('That are still open.') }),
    },
  },
  handle: ({ source }) => {
    source.drain();
    return { ...jsonReply({ connections: source.status().connections }), status: 202 };
  },
});
