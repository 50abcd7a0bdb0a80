import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { formatAddress } from '../core/address.ts';
import type { Collection } from './collection.ts';
import { BODY_BYTES_MAX, CHANGE_CHARS_MAX, REQUEST_MS_MAX, WRITE_MS_MAX, WRITES_MAX } from './limits.ts';
import { readBody } from './read-body.ts';
import { emptyReply, type Reply, replyOf, textReply } from './reply.ts';
import { busyReply, type Call, callOf } from './routes.ts';

/** A request that asked for a change, as it was answered. */
export interface ApiWrite {
  readonly method: string;
  /** Without the query; what the client sent, of any characters. */
  readonly path: string;
  /** Address of the client. */
  readonly remote: string;
  /** Its clients show none. */
  readonly token: null;
  /** The body, as far as it is told; null where there is none. */
  readonly change: string | null;
  readonly status: number;
  /** Why it was refused; null where it was not. */
  readonly detail: string | null;
}

export type Responder = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * Answers requests of node:http. Writes are done one after another. `onWrite` hears of each request that is no GET when its
 * reply is decided; it must not throw.
 */
export function createResponder(collection: Collection, onWrite: (entry: ApiWrite) => void): Responder {
  const writes = new Writes();
  const answer = async (request: IncomingMessage, heard: (body: string) => void): Promise<Reply> => {
    const { method = '', url = '', headers } = request;
    const call = callOf(method, url);
    if (call === 404) return textReply(404, '404 page not found');
    if (call === 405) return emptyReply(405);
    if (headers['user-agent']?.startsWith('Mozilla/') === true)
      return textReply(403, 'User agent not allowed');
    try {
      if (call.isRead) return await call.run(collection, '');
      const body = await readBody(request, BODY_BYTES_MAX, REQUEST_MS_MAX);
      heard(body);
      return await writes.run(call, collection, body);
    } catch (error) {
      return replyOf(error);
    }
  };
  return (request, response) => {
    let change: string | null = null;
    const heard = (body: string): void => {
      if (body !== '') change = body.slice(0, CHANGE_CHARS_MAX);
    };
    void answer(request, heard).then((reply) => {
      if (request.method !== 'GET') onWrite({ ...entryOf(request, reply), change });
      send(request, response, reply);
    });
  };
}

/** Does one write after another, so that each sees what the one before has done. */
class Writes {
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  run(call: Call, collection: Collection, body: string): Promise<Reply> {
    if (this.#waiting >= WRITES_MAX) return Promise.resolve(busyReply('too many changes at once'));
    this.#waiting++;
    const done = this.#last.then(() => call.run(collection, body));
    this.#last = done
      .catch(() => {})
      .finally(() => {
        this.#waiting--;
      });
    return inTime(done, WRITE_MS_MAX);
  }
}

/** The reply, or after so many milliseconds one that says that there is none yet. */
function inTime(reply: Promise<Reply>, ms: number): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(busyReply(`not over after ${ms} ms; it goes on`)), ms);
    reply.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  { status, type, body, error }: Reply,
): void {
  const isUnread = !request.complete;
  response.writeHead(status, {
    'X-Toxiproxy-Request-Id': randomBytes(10).toString('hex'),
    ...(type === null ? {} : { 'Content-Type': type }),
    ...(type !== null && error !== null && type.startsWith('text/')
      ? { 'X-Content-Type-Options': 'nosniff' }
      : {}),
    ...(status === 204 ? {} : { 'Content-Length': Buffer.byteLength(body) }),
    ...(isUnread ? { Connection: 'close' } : {}),
  });
  response.end(request.method === 'HEAD' ? '' : body);
}

function entryOf(
  { method = '', url = '', socket }: IncomingMessage,
  { status, error }: Reply,
): Omit<ApiWrite, 'change'> {
  const { remoteAddress: host = '', remotePort: port = 0 } = socket;
  const path = url.split('?', 1)[0] ?? '';
  const detail = error ?? (status < 400 ? null : `status ${status}`);
  return { method, path, remote: formatAddress({ kind: 'tcp', host, port }), token: null, status, detail };
}
