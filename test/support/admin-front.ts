import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { later } from './cleanup.ts';

/** What answers a request in the place of the admin server. */
export type Answerer = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * A server in front of an admin address that hands on every GET but those of a path in `instead`: so the page is that of a real
 * service, and what it reads of that path is what a test wants it to be. Gives its URL; ended with the test.
 */
export async function startFront(
  admin: string,
  instead: Readonly<Record<string, Answerer>>,
): Promise<string> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', admin);
    const answer = instead[pathname];
    if (answer !== undefined) answer(request, response);
    else handOn(admin, request, response).catch(() => response.destroy());
  });
  later(() => {
    server.close();
    server.closeAllConnections();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not bound');
  return `http://127.0.0.1:${address.port}`;
}

/** The header of the page's policy is handed on too. */
async function handOn(admin: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const answer = await fetch(new URL(request.url ?? '/', admin));
  const policy = answer.headers.get('content-security-policy');
  response.writeHead(answer.status, {
    'content-type': answer.headers.get('content-type') ?? 'text/plain',
    ...(policy === null ? {} : { 'content-security-policy': policy }),
  });
  response.end(Buffer.from(await answer.arrayBuffer()));
}
