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
