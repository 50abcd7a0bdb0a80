import type { IncomingMessage, ServerResponse } from 'node:http';
import { formatAddress } from '../core/address.ts';
import { type Asked, decide, isRead, pathOf, type Served } from './decide.ts';
import { BODY_BYTES_MAX, BODY_MS_MAX, STALL_MS_MAX, WRITE_MS_MAX, WRITES_MAX } from './limits.ts';
import type { Write } from './put-config.ts';
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
  readonly status: number;
  /** Why it was refused; null where it was not. */
  readonly detail: string | null;
}

export type Responder = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * Answers requests of node:http. `onWrite` hears of each one that is neither GET nor HEAD when its reply is decided; it
 * must not throw. Bodies are read for writes alone.
 */
export function createResponder(served: Served, onWrite: (entry: AdminWrite) => void): Responder {
  let writes = 0;
  const startWrite = (write: Write, request: IncomingMessage, response: ServerResponse): Promise<Reply> => {
    if (writes >= WRITES_MAX)
      return Promise.resolve(problemReply(503, 'too many writes at once', { 'retry-after': '1' }));
    writes++;
    const written = perform(write, served, request, response).finally(() => {
      writes--;
    });
    return inTime(written, WRITE_MS_MAX);
  };
  return (request, response) => {
    const asked = askedBy(request);
    const answer = (reply: Reply): void => {
      if (!isRead(asked)) onWrite(entryOf(asked, request, reply));
      send(request, response, reply, asked.hasBody && !request.complete);
    };
    const decision = decide(asked, served);
    if (decision.kind === 'reply') answer(decision.reply);
    else if (decision.kind === 'ask') void decision.ask(served.source).then(answer);
    else void startWrite(decision.write, request, response).then(answer);
  };
}

function askedBy({ method = '', url: target = '', headers }: IncomingMessage): Asked {
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

/** The reply when the body was read and the write is over. Never rejects. */
async function perform(
  write: Write,
  { source }: Served,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Reply> {
  if (expectsContinue(request)) response.writeContinue();
  const body = await readBody(request, BODY_BYTES_MAX, BODY_MS_MAX);
  if ('status' in body) return problemReply(body.status, body.detail);
  response.setTimeout(WRITE_MS_MAX + STALL_MS_MAX);
  return write(body.text, source);
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

function entryOf(asked: Asked, { socket }: IncomingMessage, { status, body }: Reply): AdminWrite {
  const { remoteAddress: host, remotePort: port } = socket;
  const remote =
    host === undefined || port === undefined ? 'unix' : formatAddress({ kind: 'tcp', host, port });
  const detail = status === 200 ? null : (JSON.parse(body) as { detail: string }).detail;
  return { method: asked.method, path: pathOf(asked), remote, status, detail };
}
