import { z } from 'zod';
import { EVENT_KINDS, EVENTS_KEPT_MAX, type EventKind } from '../../core/admin-event.ts';
import { formatConnectionId, parseConnectionId } from '../../core/connection-id.ts';
import { endpoint } from '../endpoint.ts';
import { EventStream } from '../event-stream.ts';
import { EVENT_STREAMS_MAX } from '../limits.ts';
import type { Reply } from '../reply.ts';

const kinds = z
  .string()
  .transform((text, context) => {
    const given = text.split(',');
    if (given.every((kind): kind is EventKind => (EVENT_KINDS as readonly string[]).includes(kind)))
      return given;
    context.addIssue({ code: 'custom', message: `some of ${EVENT_KINDS.join(', ')} are right, with commas` });
    return z.NEVER;
  })
  .describe(`Some of ${EVENT_KINDS.join(', ')}, with commas. Default: all but \`entered\`.`);

const connection = z
  .string()
  .transform((text, context) => {
    const id = parseConnectionId(text);
    if (id !== null) return formatConnectionId(id);
    context.addIssue({ code: 'custom', message: 'an id as in the log is right' });
    return z.NEVER;
  })
  .describe('The id of a connection.');

/** What is told where nothing is said: `entered` comes eight times as often as all the others together. */
const KINDS_DEFAULT = EVENT_KINDS.filter((kind) => kind !== 'entered');

export const getEvents = endpoint({
  name: 'getEvents',
  method: 'GET',
  path: '/v1/events',
  access: 'read',
  summary: 'What happens, as server-sent events',
  query: {
    kind: kinds.optional(),
    connection: connection.optional(),
    listener: z.string().optional(),
    pool: z.string().optional(),
  },
  headers: {
    'Last-Event-ID': `The id of the last event that the client has: it gets those that came after it, of the last ${EVENTS_KEPT_MAX}.`,
  },
  replies: {
    200: {
      description:
        'A stream. The `event` of each is its kind, its `data` one line of JSON; `dropped` has the count of those that the client ' +
        'does not get, since it was slow or came back too late; null = nobody knows how many.',
      type: 'text/event-stream',
    },
    503: { description: `There are ${EVENT_STREAMS_MAX} streams already.` },
  },
  handle: ({ source, query, lastEventId }): Reply => {
    const filter = {
      kinds: query.kind ?? KINDS_DEFAULT,
      connection: query.connection ?? null,
      listener: query.listener ?? null,
      pool: query.pool ?? null,
    };
    return {
      status: 200,
      type: 'text/event-stream',
      body: '',
      stream: (sink) => {
        const stream = new EventStream(filter, sink);
        const after = lastEventId === null ? null : idOf(lastEventId);
        const wantsDetail = filter.kinds.includes('entered');
        const watch = source.events((events) => stream.take(events), wantsDetail, after);
        stream.resume(watch);
        return () => {
          watch.leave();
          stream.end();
        };
      },
    };
  },
});

/** NaN where it is no id of ours. */
function idOf(text: string): number {
  return /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
}
