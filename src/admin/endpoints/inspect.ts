import { z } from 'zod';
import { parseConnectionId } from '../../core/connection-id.ts';
import type { InspectTarget } from '../../core/inspection.ts';
import { endpoint, problem } from '../endpoint.ts';
import { wholeNumber } from '../fields.ts';
import { InspectStream } from '../inspect/inspect-stream.ts';
import { INSPECT_SOCKETS_MAX } from '../limits.ts';
import { problemReply, type Reply } from '../reply.ts';
import { machineDefinitions } from './machines.ts';

/** Shards have numbers of eight bits. */
const SHARD_MAX = 255;

const connection = z
  .string()
  .transform((text, context) => {
    const id = parseConnectionId(text);
    if (id !== null) return id;
    context.addIssue({ code: 'custom', message: 'an id as in the log is right' });
    return z.NEVER;
  })
  .describe('The id of a connection.');

const query = {
  connection: connection.optional(),
  listener: z.string().optional().describe('The next connections of a listener.'),
  pool: z.string().optional().describe('The balancer of a pool, its health checkers and circuits.'),
  backend: z
    .string()
    .optional()
    .describe('With `pool`: the health checker and the circuit of this backend alone.'),
  name: z.string().optional().describe('Who watches a name: its addresses, and its servers.'),
  shard: wholeNumber(0, SHARD_MAX, 'The supervisor of a shard.').optional(),
};

export const inspect = endpoint({
  name: 'inspect',
  method: 'GET',
  path: '/v1/inspect',
  access: 'read',
  isWebSocket: true,
  summary: "Actors, live, in the messages of Stately's inspector, over a WebSocket",
  query,
  replies: {
    101: {
      description:
        'A WebSocket (RFC 6455). Each message is one of `@statelyai/inspect`, as JSON: an actor, an event, a snapshot. It is closed ' +
        'when the actors have ended. What a client says is left out of account.',
      type: '',
    },
    404: problem('There is no such actor, or no more.'),
    503: { description: `There are ${INSPECT_SOCKETS_MAX} inspectors already.` },
  },
  handle: async ({ source, query: asked }): Promise<Reply> => {
    const target = targetOf(asked);
    if (target === null) return problemReply(400, ONE_TARGET);
    const stream = new InspectStream((chart) => machineDefinitions()[chart]);
    const begun = await source.inspect(target, stream.take);
    if ('none' in begun) return problemReply(404, begun.none);
    stream.stopBy(begun.end);
    return { status: 101, type: '', body: '', session: stream };
  },
});

const ONE_TARGET = 'one of connection, listener, pool, name and shard is right, and backend with pool';

interface Asked {
  readonly connection?: number | undefined;
  readonly listener?: string | undefined;
  readonly pool?: string | undefined;
  readonly backend?: string | undefined;
  readonly name?: string | undefined;
  readonly shard?: number | undefined;
}

/** What a query means; null where it means none or several. */
function targetOf({ connection: id, listener, pool, backend, name, shard }: Asked): InspectTarget | null {
  const targets: (InspectTarget | null)[] = [
    id === undefined ? null : { kind: 'connection', connection: id },
    listener === undefined ? null : { kind: 'listener', listener },
    pool === undefined || backend !== undefined ? null : { kind: 'pool', pool },
    pool === undefined || backend === undefined ? null : { kind: 'backend', pool, backend },
    name === undefined ? null : { kind: 'name', name },
    shard === undefined ? null : { kind: 'shard', shard },
  ];
  const meant = targets.filter((target) => target !== null);
  const isLoose = backend !== undefined && pool === undefined;
  return meant.length === 1 && !isLoose ? (meant[0] ?? null) : null;
}
