import type { IncomingMessage, ServerResponse } from 'node:http';
import { DISCARD_MS_MAX } from './limits.ts';
import type { Reply, Stream } from './reply.ts';
import { sendStream } from './send-stream.ts';

/**
 * Sends a reply. Where the request's body has not been read the connection ends with it; what the client is still sending
 * is thrown away for a while, since a socket that is closed with unread bytes takes the reply from a client with it.
 */
export function send(
  request: IncomingMessage,
  response: ServerResponse,
  reply: Reply,
  isUnread: boolean,
): void {
  if (reply.pieces !== undefined) {
    void sendStream(response, reply, reply.pieces);
    return;
  }
  const body = request.method === 'HEAD' ? '' : reply.body;
  response.writeHead(reply.status, {
    ...(reply.stream !== undefined
      ? { 'content-type': reply.type }
      : reply.type === ''
        ? {}
        : { 'content-type': reply.type, 'content-length': Buffer.byteLength(reply.body) }),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(isUnread ? { connection: 'close' } : {}),
    ...reply.headers,
  });
  if (reply.stream !== undefined && request.method !== 'HEAD') {
    stream(reply.stream, response);
    return;
  }
  const isHeldBack = expectsContinue(request) && !request.readableDidRead;
  if (!isUnread || isHeldBack) {
    response.end(body);
    return;
  }
  response.write(body);
  discard(request, () => response.end());
}

function stream(begin: Stream, response: ServerResponse): void {
  response.flushHeaders();
  const end = begin({
    write: (text) => response.write(text),
    onReady: (call) => void response.once('drain', call),
  });
  response.once('close', end);
}

/** Whether the client sends its body only when it is told to. */
export function expectsContinue({ headers }: IncomingMessage): boolean {
  return headers.expect?.toLowerCase() === '100-continue';
}

/** Reads and drops until the body has ended, its client has gone, or it has taken too long. */
function discard(request: IncomingMessage, done: () => void): void {
  const finish = (): void => {
    clearTimeout(timer);
    request.off('end', finish).off('close', finish);
    done();
  };
  const timer = setTimeout(finish, DISCARD_MS_MAX);
  request.on('end', finish).on('close', finish);
  request.resume();
}

/** A reply as bytes, for a connection whose request could not be parsed. It says that the connection ends. */
export function rawReply(reply: Reply): string {
  const head = [
    `HTTP/1.1 ${reply.status} ${(JSON.parse(reply.body) as { title: string }).title}`,
    `content-type: ${reply.type}`,
    `content-length: ${Buffer.byteLength(reply.body)}`,
    'connection: close',
    ...Object.entries(reply.headers ?? {}).flatMap(([name, value]) =>
      name === 'connection' ? [] : [`${name}: ${value}`],
    ),
  ];
  return `${head.join('\r\n')}\r\n\r\n${reply.body}`;
}
