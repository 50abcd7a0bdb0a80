import { unlink } from 'node:fs/promises';
import { createServer, request, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Duplex } from 'node:stream';
import { type Address, formatAddress } from '../core/address.ts';
import { SluiceError } from '../core/errors.ts';
import type { StatusSource } from '../core/status.ts';
import { isLocal } from './host-check.ts';
import * as limits from './limits.ts';
import { problemReply } from './reply.ts';
import { type AdminWrite, createResponder } from './respond.ts';
import { rawReply } from './send.ts';
import { createUpgrader, type Upgrader } from './upgrade.ts';

/** The admin server, running. */
export interface Admin {
  /** Where it is reached, without a final slash: `http://127.0.0.1:9900`, or `unix:/path`. */
  readonly url: string;
  /** Stops listening, lets replies under way end for at most half a second, then closes all. Idempotent. */
  close(): Promise<void>;
}

export interface AdminOptions {
  /** What a write has to show as `Authorization: Bearer TOKEN`. null: nothing, as the address is loopback. */
  readonly token: string | null;
  /** What the token is called in the audit; null = there is none. */
  readonly tokenName: string | null;
  /** Certificate and key in PEM; null: plain HTTP. */
  readonly tls: { readonly cert: string; readonly key: string } | null;
  /** Hears of every request for a change, accepted or refused. Must not throw. */
  readonly onWrite?: (entry: AdminWrite) => void;
}

/**
 * Serves a service's state to people and probes, and takes a new configuration: `/` is a page, `ROUTES` and `WRITES` have
 * the rest. Port 0 takes a free one. It asks `source` anew for each request. Rejects with ADMIN_FAILED where the address
 * cannot be bound.
 */
export async function startAdmin(
  address: Address,
  source: StatusSource,
  options: AdminOptions = { token: null, tokenName: null, tls: null },
): Promise<Admin> {
  const { token, tokenName, tls, onWrite = () => {} } = options;
  if (!isLocal(address) && (token === null || tls === null))
    throw new SluiceError(
      'ADMIN_FAILED',
      `admin: ${formatAddress(address)} can be reached from other machines, and needs a token and TLS`,
    );
  const limited = {
    maxHeaderSize: limits.HEADER_BYTES_MAX,
    headersTimeout: limits.REQUEST_MS_MAX,
    requestTimeout: limits.REQUEST_MS_MAX + limits.BODY_MS_MAX,
    keepAliveTimeout: limits.KEEP_ALIVE_MS,
    connectionsCheckingInterval: limits.CHECK_MS,
  };
  const server: Server =
    tls === null
      ? createServer(limited)
      : createTlsServer({
          ...limited,
          ...tls,
          minVersion: 'TLSv1.2',
          handshakeTimeout: limits.REQUEST_MS_MAX,
        });
  server.maxConnections = limits.ADMIN_CONNECTIONS_MAX;
  server.maxRequestsPerSocket = limits.REQUESTS_PER_CONNECTION_MAX;
  server.setTimeout(limits.STALL_MS_MAX);
  try {
    await bind(server, address);
  } catch (cause) {
    const { code = 'unknown error' } = cause as NodeJS.ErrnoException;
    throw new SluiceError('ADMIN_FAILED', `admin: cannot listen on ${formatAddress(address)}: ${code}`, {
      cause,
    });
  }
  const bound = boundAddress(server, address);
  const served = { bound, source, token, tokenName, isTls: tls !== null };
  const respond = createResponder(served, onWrite);
  const upgrader = createUpgrader(served, respond);
  for (const event of ['request', 'checkContinue', 'checkExpectation'] as const) server.on(event, respond);
  server.on('upgrade', upgrader.upgrade);
  server.on('clientError', refuse);
  let closing: Promise<void> | null = null;
  return {
    url: urlOf(bound, tls !== null),
    close: () => {
      closing ??= close(server, upgrader);
      return closing;
    },
  };
}

function refuse(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const reply =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? problemReply(431, `a header has at most ${limits.HEADER_BYTES_MAX} bytes`)
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? problemReply(408, `the header of a request is complete within ${limits.REQUEST_MS_MAX} ms`)
        : problemReply(400, 'this is not a request of HTTP/1.1');
  socket.end(rawReply(reply), () => socket.destroy());
}

/** Binds; a Unix path left behind by a process that is gone is taken over. */
async function bind(server: Server, address: Address): Promise<void> {
  try {
    await listening(server, address);
  } catch (error) {
    const taken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
    if (!taken || address.kind !== 'unix' || !(await isAbandoned(address.path))) throw error;
    await unlink(address.path);
    await listening(server, address);
  }
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

function isAbandoned(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = request({ socketPath, method: 'HEAD', path: '/healthz', timeout: limits.REQUEST_MS_MAX });
    probe.on('response', (response) => {
      response.resume();
      resolve(false);
    });
    probe.on('timeout', () => probe.destroy());
    probe.on('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED'));
    probe.end();
  });
}

function boundAddress(server: Server, asked: Address): Address {
  const bound = server.address();
  if (bound === null || typeof bound === 'string') return asked;
  return { kind: 'tcp', host: bound.address, port: bound.port };
}

/** Where all interfaces are bound, the URL names loopback, which is one of them. */
function urlOf(bound: Address, isTls: boolean): string {
  if (bound.kind === 'unix') return formatAddress(bound);
  const host = { '0.0.0.0': '127.0.0.1', '::': '::1' }[bound.host] ?? bound.host;
  return `${isTls ? 'https' : 'http'}://${formatAddress({ ...bound, host })}`;
}

async function close(server: Server, upgrader: Upgrader): Promise<void> {
  const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
  server.closeIdleConnections();
  upgrader.close();
  const timer = setTimeout(() => {
    upgrader.cut();
    server.closeAllConnections();
  }, limits.CLOSE_MS_MAX);
  await closed;
  clearTimeout(timer);
}
