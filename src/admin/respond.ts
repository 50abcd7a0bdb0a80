import type { IncomingMessage, ServerResponse } from 'node:http';
import { formatAddress } from '../core/address.ts';
import { messageOf } from '../core/error-fact.ts';
import { SluiceError } from '../core/errors.ts';
import { checkBody, shortened } from './check-input.ts';
import { type Asked, type Decision, decide, isRead, pathOf, type Served } from './decide.ts';
import {
  BODY_BYTES_MAX,
  BODY_MS_MAX,
  EVENT_STREAMS_MAX,
  STALL_MS_MAX,
  WRITE_MS_MAX,
  WRITES_MAX,
} from './limits.ts';
import { readBody } from './read-body.ts';
import { problemReply, type Reply } from './reply.ts';
import { expectsContinue, send } from './send.ts';

/** A request that asked for a change, as it was answered: accepted with a status of 200, else refused. */
export interface AdminWrite {
  readonly method: string;
  /** Without the query; what the client sent, of any characters. */
  readonly path: string;
  /** Address of the client; `unix` where it has none. */
  readonly remote: string;
  /** Name of the token that was shown; null where none has to be, and where it was refused. */
  readonly token: string | null;
  /** What the body asked for, where that was JSON, in a bounded text; null where not. */
  readonly change: string | null;
  readonly status: number;
  /** Why it was refused; null where it was not. */
  readonly detail: string | null;
}

type Called = Extract<Decision, { kind: 'call' }>;

export type Responder = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * Answers requests of node:http. `onWrite` hears of each one that asked for a change when its reply is decided; it must not
 * throw. Bodies are read for endpoints that have one.
 */
export function createResponder(served: Served, onWrite: (entry: AdminWrite) => void): Responder {
  let writes = 0;
  let streams = 0;
  const limited = (reply: Reply): Reply => {
    const { stream } = reply;
    if (stream === undefined) return reply;
    if (streams >= EVENT_STREAMS_MAX)
      return problemReply(503, `there are ${EVENT_STREAMS_MAX} streams of events already`, {
        'retry-after': '5',
      });
    return {
      ...reply,
      stream: (sink) => {
        streams++;
        const end = stream(sink);
        return () => {
          streams--;
          end();
        };
      },
    };
  };
  const startWrite = (call: Called, request: IncomingMessage, response: ServerResponse): Promise<Reply> => {
    if (writes >= WRITES_MAX)
      return Promise.resolve(problemReply(503, 'too many writes at once', { 'retry-after': '1' }));
    writes++;
    const written = perform(call, served, request, response).finally(() => {
      writes--;
    });
    return inTime(written, WRITE_MS_MAX);
  };
  return (request, response) => {
    const asked = askedBy(request);
    const decision = decide(asked, served);
    const answer = (reply: Reply): void => {
      if (!isRead(asked)) onWrite(entryOf(asked, request, reply, served.tokenName));
      send(request, response, reply, asked.hasBody && !request.complete);
    };
    if (decision.kind === 'reply') answer(decision.reply);
    else if (decision.endpoint.access !== 'write')
      void perform(decision, served, request, response).then((reply) => answer(limited(reply)));
    else void startWrite(decision, request, response).then(answer);
  };
}

/** What a request asks for. */
export function askedBy({ method = '', url: target = '', headers }: IncomingMessage): Asked {
  const length = headers['content-length'] === undefined ? undefined : Number(headers['content-length']);
  return {
    method,
    target,
    hasBody: (length ?? 0) !== 0 || 'transfer-encoding' in headers,
    length,
    host: headers.host,
    origin: headers.origin,
    authorization: headers.authorization,
    type: headers['content-type'],
    encoding: headers['content-encoding'],
  };
}

/** The reply of an endpoint, when the body was read where it has one; `response` may be null where it has none. Never rejects. */
export async function perform(
  { endpoint, path, query }: Called,
  served: Served,
  request: IncomingMessage,
  response: ServerResponse | null,
): Promise<Reply> {
  let body: unknown;
  if (endpoint.body !== undefined) {
    if (expectsContinue(request)) response?.writeContinue();
    const read = await readBody(request, BODY_BYTES_MAX, BODY_MS_MAX);
    if ('status' in read) return problemReply(read.status, read.detail);
    const checked = checkBody(endpoint.body, read.text);
    if ('detail' in checked) return problemReply(400, checked.detail);
    body = checked.value;
  }
  if (endpoint.access === 'write') response?.setTimeout(WRITE_MS_MAX + STALL_MS_MAX);
  const { source } = served;
  try {
    const by = whoIs(request, served, endpoint.access === 'write');
    const lastEventId = request.headers['last-event-id']?.toString() ?? null;
    const reply = await endpoint.handle({ source, path, query, body, by, lastEventId });
    return endpoint.body?.kind === 'json' ? { ...reply, change: shortened(JSON.stringify(body)) } : reply;
  } catch (error) {
    return failureReply(error);
  }
}

/** What is said of an error that an endpoint threw. */
export function failureReply(error: unknown): Reply {
  if (!(error instanceof SluiceError)) return problemReply(500, `internal error: ${messageOf(error)}`);
  return problemReply(error.code === 'CONFIG_INVALID' ? 422 : 409, error.message, {}, { code: error.code });
}

/** The reply, or after so many milliseconds one that says that there is none yet. */
function inTime(reply: Promise<Reply>, ms: number): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const late = problemReply(
      504,
      `not over after ${ms} ms; it goes on, and /v1/status tells the plan in force`,
    );
    const timer = setTimeout(() => resolve(late), ms);
    reply.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

function remoteOf({ socket }: IncomingMessage): string {
  const { remoteAddress: host, remotePort: port } = socket;
  return host === undefined || port === undefined ? 'unix' : formatAddress({ kind: 'tcp', host, port });
}

/** For a log and for people: an address, and the name of the token where one had to be shown. */
function whoIs(request: IncomingMessage, { tokenName }: Served, hasShown: boolean): string {
  const remote = remoteOf(request);
  return hasShown && tokenName !== null ? `${remote} by ${tokenName}` : remote;
}

function entryOf(
  asked: Asked,
  request: IncomingMessage,
  { status, body, change = null }: Reply,
  tokenName: string | null,
): AdminWrite {
  const remote = remoteOf(request);
  const detail = status < 400 ? null : (JSON.parse(body) as { detail: string }).detail;
  // Whoever is refused has shown no token, or nothing was done by it.
  const token = status < 400 ? tokenName : null;
  return { method: asked.method, path: pathOf(asked), remote, token, change, status, detail };
}
