import { endpoint } from '../endpoint.ts';
import { textReply } from '../reply.ts';

const TEXT = 'text/plain; charset=utf-8';

export const getHealth = endpoint({
  name: 'getHealth',
  method: 'GET',
  path: '/healthz',
  access: 'open',
  summary: 'Whether the process answers',
  replies: { 200: { description: 'It does.', type: TEXT } },
  handle: () => textReply(200, 'ok\n'),
});

export const getReadiness = endpoint({
  name: 'getReadiness',
  method: 'GET',
  path: '/readyz',
  access: 'open',
  summary: 'Whether the service takes new connections; the text is its phase',
  replies: {
    200: { description: 'It does.', type: TEXT },
    503: { description: 'It is starting, draining or stopped.', type: TEXT },
  },
  handle: ({ source }) => {
    const { phase } = source.status();
    return textReply(phase === 'ready' ? 200 : 503, `${phase}\n`);
  },
});
