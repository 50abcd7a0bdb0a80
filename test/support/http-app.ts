import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { later } from './cleanup.ts';
import { acceptWebSocket } from './websocket.ts';

const CHUNKS = 200;
const CHUNK = 'a piece of a chunked answer\n'.repeat(40);

/** The whole body that `/app/chunks` sends, piece by piece. */
export const CHUNKED_BODY = CHUNK.repeat(CHUNKS);

/**
 * A small HTTP server in this process, closed when the test ends; resolves with its port. `/app/hash` answers with the
 * method and the SHA-256 of the body it was sent, `/app/chunks` with a chunked body, and an upgrade to a WebSocket
 * echoes.
 */
export async function startHttpApp(): Promise<number> {
  const server = createServer((request, response) => {
    if (request.url === '/app/hash') answerHash(request, response);
    else if (request.url === '/app/chunks') answerChunks(response);
    else response.writeHead(404).end();
  });
  server.on('upgrade', acceptWebSocket);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  later(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the HTTP server has no port');
  return address.port;
}

function answerHash(request: IncomingMessage, response: ServerResponse): void {
  const hash = createHash('sha256');
  request.on('data', (bytes: Buffer) => hash.update(bytes));
  request.on('end', () => response.end(`${request.method} ${hash.digest('hex')}\n`));
}

function answerChunks(response: ServerResponse): void {
  let sent = 0;
  const next = (): void => {
    if (sent++ === CHUNKS) response.end();
    else response.write(CHUNK, next);
  };
  next();
}
