import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Address } from '../core/address.ts';
import type { StatusSource } from '../core/status.ts';
import { hostAllowed } from './host-check.ts';
import { problemReply, type Reply } from './reply.ts';
import { ROUTES } from './routes.ts';

/** What decides about a request. */
export interface Asked {
  readonly method: string;
  /** As it stands in the request line. */
  readonly target: string;
  readonly host: string | undefined;
  readonly hasBody: boolean;
}

/** Finds the answer to a request; pure but for what the route itself reads from `source`. */
export function answer(asked: Asked, bound: Address, source: StatusSource): Reply {
  if (!hostAllowed(bound, asked.host))
    return problemReply(421, `this address serves loopback names only, not "${asked.host}"`);
  const path = asked.target.split('?', 1)[0] ?? '';
  const route = Object.hasOwn(ROUTES, path) ? ROUTES[path] : undefined;
  if (route === undefined) return problemReply(404, 'nothing is served at this path');
  if (asked.method !== 'GET' && asked.method !== 'HEAD')
    return problemReply(405, 'everything here is read-only', { allow: 'GET, HEAD' });
  if (asked.hasBody) return problemReply(413, 'a request here has no body');
  return route(source);
}

/** Answers a request of node:http. A body is never read: the connection ends with the reply instead. */
export function respond(
  request: IncomingMessage,
  response: ServerResponse,
  bound: Address,
  source: StatusSource,
): void {
  const hasBody =
    Number(request.headers['content-length'] ?? 0) !== 0 || 'transfer-encoding' in request.headers;
  const { method = '', url: target = '', headers } = request;
  const reply = answer({ method, target, host: headers.host, hasBody }, bound, source);
  response.writeHead(reply.status, {
    'content-type': reply.type,
    'content-length': Buffer.byteLength(reply.body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(hasBody ? { connection: 'close' } : {}),
    ...reply.headers,
  });
  response.end(method === 'HEAD' ? undefined : reply.body);
}

/** A reply as bytes, for a connection whose request could not be parsed. It says that the connection ends. */
export function rawReply(reply: Reply): string {
  const head = [
    `HTTP/1.1 ${reply.status} ${(JSON.parse(reply.body) as { title: string }).title}`,
    `content-type: ${reply.type}`,
    `content-length: ${Buffer.byteLength(reply.body)}`,
    'connection: close',
  ];
  return `${head.join('\r\n')}\r\n\r\n${reply.body}`;
}
