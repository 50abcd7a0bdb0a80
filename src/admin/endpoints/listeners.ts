import { z } from 'zod';
import { endpoint, problem } from '../endpoint.ts';
import { noListener } from '../no-listener.ts';
import { jsonReply } from '../reply.ts';
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
    return listener === undefined ? noListener() : jsonReply(listener);
  },
});

export const drainListener = switching(
  'drainListener',
  'drain',
  'Accepts nobody at a listener any more: its socket is closed, who waits in its queue is served, connections live on',
);

export const resumeListener = switching(
  'resumeListener',
  'resume',
  'Accepts again at a listener that was drained',
);

function switching(name: string, verb: 'drain' | 'resume', summary: string) {
  return endpoint({
    name,
    method: 'POST',
    path: `/v1/listeners/{listener}:${verb}`,
    access: 'write',
    summary: `${summary}; kept over reloads`,
    params: { listener: z.string() },
    replies: {
      200: {
        description: 'It is in force in all shards; the listener as it stands.',
        schema: listenerStatus,
      },
      404: problem('There is none of this name in use.'),
      409: problem(
        "It cannot be bound again, it is disabled by Toxiproxy's API, or the service is starting or stopping.",
      ),
    },
    handle: async ({ source, path }) => {
      const listener = await source.drainListener(path.listener, verb === 'drain');
      return listener === null ? noListener() : jsonReply(listener);
    },
  });
}
