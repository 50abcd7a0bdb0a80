import { z } from 'zod';
import {
  CAPTURE_ENDS,
  CAPTURES_MAX,
  type CaptureEnd,
  type CaptureView,
  ENDED_CAPTURES_MAX,
} from '../../core/capture-control.ts';
import { formatConnectionId } from '../../core/connection-id.ts';
import { SluiceError } from '../../core/errors.ts';
import { type Endpoint, endpoint, problem } from '../endpoint.ts';
import { jsonReply, problemReply, type Reply } from '../reply.ts';

/** Of pcapng, as its draft has it. */
const PCAPNG = 'application/pcapng';

/** Header field of a capture: its id, with which it is ended. */
export const CAPTURE_ID_HEADER = 'sluice-capture';

/** Trailer field of a capture: why it has ended. */
export const CAPTURE_END_TRAILER = 'sluice-capture-end';

const asked = () =>
  z
    .record(z.string(), z.unknown())
    .describe(
      '`listener` or `connection`; `for` (`30s`), `max_bytes`, `snaplen`, `filter: {client: [network], route: [name]}`.',
    );

const view = () =>
  z.strictObject({
    id: z.string(),
    listener: z.string().nullable(),
    connection: z.string().nullable(),
    started: z.number().describe('Milliseconds since 1970.'),
    for: z.number().describe('Milliseconds.'),
    bytes: z.number().describe('Of pcapng, handed out so far.'),
    end: z
      .enum(Object.keys(CAPTURE_ENDS) as CaptureEnd[])
      .nullable()
      .describe('Why it has ended; null = it runs.'),
  });

const startCapture = endpoint({
  name: 'startCapture',
  method: 'POST',
  path: '/v1/captures',
  access: 'write',
  summary:
    'Captures what passes a listener or a connection; the reply is the capture, as long as it is taken',
  body: { kind: 'json', description: 'What is to be captured.', schema: asked() },
  replies: {
    200: {
      description: `pcapng. The header field \`${CAPTURE_ID_HEADER}\` has its id, the trailer field \`${CAPTURE_END_TRAILER}\` why it has ended.`,
      type: PCAPNG,
    },
    404: problem('There is no such listener or connection.'),
    409: problem(`${CAPTURES_MAX} captures run already, or the target has as many stages as can be.`),
    422: problem('What is wrong with what was asked for, one line for each mistake.'),
  },
  handle: ({ source, body }) => start(source.captures, body),
});

const listCaptures = endpoint({
  name: 'listCaptures',
  method: 'GET',
  path: '/v1/captures',
  access: 'read',
  summary: 'The captures that run',
  replies: {
    200: {
      description: 'The oldest first.',
      schema: () => z.strictObject({ captures: z.array(view()) }),
    },
  },
  handle: ({ source }) => jsonReply({ captures: source.captures.list().map(shown) }),
});

const getCapture = endpoint({
  name: 'getCapture',
  method: 'GET',
  path: '/v1/captures/{capture}',
  access: 'read',
  summary: `One capture: one that runs, or one of the last ${ENDED_CAPTURES_MAX} that have ended`,
  params: { capture: z.string() },
  replies: {
    200: { description: 'As it stands, or ended.', schema: view },
    404: problem('None of this id is known.'),
  },
  handle: ({ source, path: { capture } }) => {
    const found = source.captures.get(capture);
    return found === null
      ? problemReply(404, `no capture "${capture}" is known; the last ${ENDED_CAPTURES_MAX} are`)
      : jsonReply(shown(found));
  },
});

const stopCapture = endpoint({
  name: 'stopCapture',
  method: 'DELETE',
  path: '/v1/captures/{capture}',
  access: 'write',
  summary: 'Ends a capture; whoever reads it gets what was taken until now, and its end',
  params: { capture: z.string() },
  replies: {
    200: { description: 'It is ending.', schema: () => z.strictObject({ stopped: z.string() }) },
    404: problem('There is no such capture.'),
  },
  handle: ({ source, path: { capture } }) =>
    source.captures.stop(capture)
      ? jsonReply({ stopped: capture })
      : problemReply(404, `no capture "${capture}" runs`),
});

/** Captures on demand. */
export const CAPTURE_ENDPOINTS: readonly Endpoint[] = [startCapture, listCaptures, getCapture, stopCapture];

async function start(
  captures: Parameters<Endpoint['handle']>[0]['source']['captures'],
  body: unknown,
): Promise<Reply> {
  const request = captures.read(body);
  try {
    const capture = await captures.start(request);
    const pieces = {
      bytes: capture.bytes,
      trailer: CAPTURE_END_TRAILER,
      trailerValue: () => capture.end ?? 'asked',
      close: () => capture.close(),
    };
    return { status: 200, type: PCAPNG, body: '', headers: { [CAPTURE_ID_HEADER]: capture.id }, pieces };
  } catch (error) {
    if (!(error instanceof SluiceError) || error.code !== 'STAGE_TARGET_UNKNOWN') throw error;
    return problemReply(404, error.message, {}, { code: error.code });
  }
}

function shown({ id, target, started, forMs, bytes, end }: CaptureView): z.output<ReturnType<typeof view>> {
  return {
    id,
    listener: 'listener' in target ? target.listener : null,
    connection: 'connection' in target ? formatConnectionId(target.connection) : null,
    started,
    for: forMs,
    bytes,
    end,
  };
}
