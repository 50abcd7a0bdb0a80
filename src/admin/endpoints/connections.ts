import { z } from 'zod';
import { parseConnectionId } from '../../core/connection-id.ts';
import { endpoint, problem } from '../endpoint.ts';
import { jsonReply, problemReply } from '../reply.ts';
import { connectionView } from '../schemas/connection.ts';

export const connectionName = z.string().describe('The id: up to twelve hex digits, as in the log.');

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
    if (id === null)
      return problemReply(404, 'a connection is named by up to twelve hex digits, as in the log');
    const view = await source.connection(id);
    return view === null ? problemReply(404, 'there is no such connection, or no more') : jsonReply(view);
  },
});
