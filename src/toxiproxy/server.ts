import { createServer, type Server } from 'node:http';
import { type Address, formatAddress } from '../core/address.ts';
import { SluiceError } from '../core/errors.ts';
import { Collection } from './collection.ts';
import * as limits from './limits.ts';
import type { Proxied } from './proxied.ts';
import { type ApiWrite, createResponder } from './respond.ts';

/** Toxiproxy's API, running. */
export interface ToxiproxyApi {
  /** Where it is reached, without a final slash. */
  readonly url: string;
  /** To be called when the configuration has changed. */
  reloaded(): void;
  /** Stops listening, lets replies under way end for at most half a second, then closes all. Idempotent. */
  close(): Promise<void>;
}

/**
 * Serves Toxiproxy's HTTP API over a service. Port 0 takes a free one. `onWrite` hears of every request for a change, and
 * must not throw. Rejects with TOXIPROXY_FAILED where the address cannot be bound.
 */
export async function startToxiproxy(
  address: Address,
  service: Proxied,
  onWrite: (entry: ApiWrite) => void,
): Promise<ToxiproxyApi> {
  const server = createServer({
    maxHeaderSize: limits.HEADER_BYTES_MAX,
    headersTimeout: limits.REQUEST_MS_MAX,
    requestTimeout: 2 * limits.REQUEST_MS_MAX,
    keepAliveTimeout: limits.KEEP_ALIVE_MS,
    connectionsCheckingInterval: limits.CHECK_MS,
  });
  server.maxConnections = limits.API_CONNECTIONS_MAX;
  server.setTimeout(limits.STALL_MS_MAX + limits.KEEP_ALIVE_MS);
  try {
    await listening(server, address);
  } catch (cause) {
    const { code = 'unknown error' } = cause as NodeJS.ErrnoException;
    const where = formatAddress(address);
    throw new SluiceError('TOXIPROXY_FAILED', `toxiproxy: cannot listen on ${where}: ${code}`, { cause });
  }
  const collection = new Collection(service);
  server.on('request', createResponder(collection, onWrite));
  let closing: Promise<void> | null = null;
  return {
    url: urlOf(server),
    reloaded: () => collection.forgetGone(),
    close: () => {
      closing ??= close(server);
      return closing;
    },
  };
}

function listening(server: Server, address: Address): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(address.kind === 'unix' ? address.path : { host: address.host, port: address.port }, () => {
      server.off('error', reject);
      server.on('error', () => {});
      resolve();
    });
  });
}

/** Where all interfaces are bound, the URL names loopback, which is one of them. */
function urlOf(server: Server): string {
  const bound = server.address();
  if (bound === null || typeof bound === 'string') return `unix:${bound ?? ''}`;
  const host = { '0.0.0.0': '127.0.0.1', '::': '::1' }[bound.address] ?? bound.address;
  return `http://${formatAddress({ kind: 'tcp', host, port: bound.port })}`;
}

async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), limits.CLOSE_MS_MAX);
  await closed;
  clearTimeout(timer);
}
