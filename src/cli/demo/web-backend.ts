import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { listen, listenNear } from './ports.ts';

/** A backend of the demo that is listening. */
export interface WebBackend {
  readonly name: string;
  readonly port: number;
  /** Stops listening and ends its connections; `open` undoes it, on the same port. */
  shut(): Promise<void>;
  /** Rejects with the system's error where the port was taken meanwhile. */
  open(): Promise<void>;
}

/** What `/slow` sends: so many pieces of so many bytes, one each interval. */
const SLOW_PIECES = 24;
const SLOW_PIECE_BYTES = 4096;
const SLOW_INTERVAL_MS = 250;

/** Starts a web server that answers every path with a line that names it, and `/slow` bit by bit. */
export async function startWebBackend(name: string, preferredPort: number): Promise<WebBackend> {
  let server = create(name);
  const port = await listenNear(server, preferredPort);
  return {
    name,
    port,
    async shut() {
      const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
    async open() {
      server = create(name);
      await listen(server, port);
    },
  };
}

function create(name: string): Server {
  let requests = 0;
  return createServer((request, response) => {
    requests++;
    if (request.url === '/slow') sendSlowly(request, response);
    else
      response.end(`Hello from ${name}, a backend behind Sluice. This is its request number ${requests}.\n`);
  });
}

function sendSlowly(request: IncomingMessage, response: ServerResponse): void {
  const line = 'Sluice passes this on as it comes. ';
  const piece = `${line.repeat(SLOW_PIECE_BYTES / line.length)}\n`;
  let left = SLOW_PIECES;
  response.writeHead(200, { 'content-type': 'text/plain' });
  const timer = setInterval(() => {
    response.write(piece);
    left--;
    if (left > 0) return;
    clearInterval(timer);
    response.end();
  }, SLOW_INTERVAL_MS);
  request.socket.once('close', () => clearInterval(timer));
}
