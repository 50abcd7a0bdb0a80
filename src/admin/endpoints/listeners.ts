import { z } from 'zod';
import { endpoint, problem } from '../endpoint.ts';
import { jsonReply, problemReply } from '../reply.ts';
import { listenerStatus } from '../schemas/status.ts';

export const getListeners = endpoint({
  name: 'getListeners',
  method: 'GET',
  path: '/v1/listeners',
  access: 'read',
  summary: 'The listeners: where they are bound, and what they have counted',
  replies: {
    200: {
      description: 'Those in use, and those taken away that still have connections.',
      schema: () => z.strictObject({ listeners: z.array(listenerStatus()) }),
    },
  },
  handle: ({ source }) => jsonReply({ listeners: source.status().listeners }),
});

export const getListener = endpoint({
  name: 'getListener',
  method: 'GET',
  path: '/v1/listeners/{listener}',
  access: 'read',
  summary: 'One listener',
  params: { listener: z.string() },
  replies: {
    200: { description: 'The listener now.', schema: listenerStatus },
    404: problem('There is none of this name.'),
  },
  handle: ({ source, path }) => {
    const found = source.status().listeners.filter(({ name }) => name === path.listener);
    const listener = found.find(({ retired }) => !retired) ?? found[0];
    return listener === undefined
      ? problemReply(404, 'there is no listener of this name; /v1/listeners has them all')
      : jsonReply(listener);
  },
});
