import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type Address, formatAddress } from '../core/address.ts';
import { SluiceError } from '../core/errors.ts';
import { rationed } from './rationed.ts';

/** Path of the page. */
export const METRICS_PATH = '/metrics';

/** Connections to the page at once; more are refused. */
export const PAGE_CONNECTIONS_MAX = 32;

/** How long a request may take to arrive. */
export const PAGE_REQUEST_MS_MAX = 5_000;

/** How long a reader of the page may take nothing. */
export const PAGE_SILENCE_MS_MAX = 30_000;

export interface MetricsPage {
  /** Where the page is, with the real port. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves what `render` returns at /metrics, for GET and HEAD, to anyone who reaches the address. Rejects with
 * METRICS_FAILED where the address cannot be bound. `onError` gets what `render` throws; the reader sees a 500.
 */
export async function serveMetricsPage(
  address: Address,
  render: () => Promise<string>,
  onError: (error: unknown) => void,
): Promise<MetricsPage> {
  const page = rationed(render);
  const server = createServer((request, response) => {
    answer(request, response, page).catch((error: unknown) => {
      onError(error);
      if (!response.headersSent) plain(response, 500, 'the metrics could not be rendered\n');
    });
  });
  server.maxConnections = PAGE_CONNECTIONS_MAX;
  server.headersTimeout = PAGE_REQUEST_MS_MAX;
  server.requestTimeout = PAGE_REQUEST_MS_MAX;
  server.setTimeout(PAGE_SILENCE_MS_MAX);
  await bind(server, address);
  server.on('error', onError);
  return {
    url: urlOf(address, server.address()),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  page: () => Promise<string>,
): Promise<void> {
  if (request.url?.split('?', 1)[0] !== METRICS_PATH) {
    plain(response, 404, `not found; the metrics are at ${METRICS_PATH}\n`);
  } else if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD');
    plain(response, 405, 'only GET and HEAD\n');
  } else {
    const text = await page();
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' });
    response.end(text);
  }
}

/** A short answer that ends the connection, so that a body that was sent is not waited for. */
function plain(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' });
  response.end(text);
}

function bind(server: Server, address: Address): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (error: Error): void => {
      const message = `the metrics page cannot listen on ${formatAddress(address)}: ${error.message}`;
      reject(new SluiceError('METRICS_FAILED', message, { cause: error }));
    };
    server.once('error', failed);
    server.listen(
      address.kind === 'unix' ? { path: address.path } : { host: address.host, port: address.port },
      () => {
        server.off('error', failed);
        resolve();
      },
    );
  });
}

function urlOf(address: Address, bound: ReturnType<Server['address']>): string {
  if (address.kind === 'unix' || bound === null || typeof bound === 'string')
    return `${formatAddress(address)}:${METRICS_PATH}`;
  return `http://${formatAddress({ kind: 'tcp', host: address.host, port: bound.port })}${METRICS_PATH}`;
}
