import { unlink } from 'node:fs/promises';
import { connect, createServer, type NetConnectOpts, type Server, type Socket } from 'node:net';
import type { DuplexOptions } from 'node:stream';
import type { Address } from '../../core/address.ts';
import type {
  Cancellable,
  DialHandler,
  ListenHandler,
  Listening,
  Plane,
  PlaneOptions,
  SocketOptions,
} from '../../core/ports.ts';
import { abandon } from './end-of-stream.ts';
import { dialFailure } from './failures.ts';
import { type EndpointHome, NetEndpoint } from './net-endpoint.ts';
import { NetTimers } from './net-timers.ts';
import { SEES_SEND_QUEUES, SendQueues } from './send-queue.ts';

/** Connections that may wait in the kernel's accept queue; the kernel caps it at net.core.somaxconn. */
const BACKLOG = 4096;

/** See NetEndpoint: one read at most waits inside of Node. */
const HIGH_WATER_MARK = 1;

/** Turns of the event loop without a new client after which the queue of a closing listener counts as empty. */
const QUIET_TURNS = 3;

/** However many clients go on coming, a closing listener takes them for no longer than this. */
const LAST_ACCEPT_MS_MAX = 500;

/** The plane of node:net: any OS, one thread. */
export function createNetPlane(options: PlaneOptions = {}): Plane {
  return new NetPlane(options);
}

class NetPlane implements Plane, EndpointHome {
  readonly name = 'net';
  readonly resetsAfterDelivery = SEES_SEND_QUEUES;
  readonly timers: NetTimers;
  readonly sendQueues = new SendQueues();
  readonly onObserverError: (error: unknown) => void;
  readonly #endpoints = new Set<NetEndpoint>();
  readonly #dials = new Set<Socket>();
  readonly #servers = new Set<Server>();

  constructor(options: PlaneOptions) {
    this.onObserverError = options.onObserverError ?? throwLater;
    this.timers = new NetTimers(this.onObserverError);
  }

  get open(): number {
    return this.#endpoints.size + this.#dials.size;
  }

  now(): number {
    return this.timers.now();
  }

  gone(endpoint: NetEndpoint): void {
    this.#endpoints.delete(endpoint);
  }

  async listen(address: Address, options: SocketOptions, handler: ListenHandler): Promise<Listening> {
    const server = createServer({
      allowHalfOpen: true,
      pauseOnConnect: true,
      highWaterMark: HIGH_WATER_MARK,
      noDelay: options.noDelay,
      keepAlive: options.keepaliveMs > 0,
      keepAliveInitialDelay: options.keepaliveMs,
    });
    await bind(server, address);
    const bound = boundAddress(server, address);
    server.on('connection', (socket) => this.#accepted(socket, bound, handler));
    server.on('error', (error: NodeJS.ErrnoException) => handler.failed(error.code ?? 'UNKNOWN'));
    this.#servers.add(server);
    return { address: bound, close: () => this.#stopListening(server) };
  }

  dial(address: Address, options: SocketOptions, handler: DialHandler): Cancellable {
    const socket = connect({
      ...(address.kind === 'unix' ? { path: address.path } : { host: address.host, port: address.port }),
      allowHalfOpen: true,
      noDelay: options.noDelay,
      keepAlive: options.keepaliveMs > 0,
      keepAliveInitialDelay: options.keepaliveMs,
      readableHighWaterMark: HIGH_WATER_MARK,
      writableHighWaterMark: HIGH_WATER_MARK,
    } as NetConnectOpts & DuplexOptions);
    socket.pause();
    this.#dials.add(socket);
    const fail = (error: NodeJS.ErrnoException): void => {
      if (this.#dials.delete(socket)) this.#guard(() => handler.failed(dialFailure(error)));
    };
    socket.on('error', fail);
    socket.once('connect', () => {
      if (!this.#dials.delete(socket)) return;
      socket.off('error', fail);
      const endpoint = this.#adopt(
        socket,
        socketAddress(socket, 'local', address),
        socketAddress(socket, 'remote', address),
      );
      this.#guard(() => handler.connected(endpoint));
    });
    return {
      cancel: () => {
        if (this.#dials.delete(socket)) abandon(socket);
      },
    };
  }

  async close(): Promise<void> {
    for (const server of this.#servers) server.close();
    this.#servers.clear();
    for (const socket of this.#dials) abandon(socket);
    this.#dials.clear();
    for (const endpoint of this.#endpoints) endpoint.destroy();
    while (this.#endpoints.size > 0) await turn();
    this.timers.close();
    this.sendQueues.close();
  }

  #accepted(socket: Socket, bound: Address, handler: ListenHandler): void {
    if (bound.kind === 'tcp' && socket.remoteAddress === undefined) {
      socket.on('error', () => {});
      socket.destroy();
      this.#guard(() => handler.gone?.());
      return;
    }
    const remote = socketAddress(
      socket,
      'remote',
      bound.kind === 'unix' ? { kind: 'unix', path: '' } : bound,
    );
    const endpoint = this.#adopt(socket, socketAddress(socket, 'local', bound), remote);
    this.#guard(() => handler.accept(endpoint));
  }

  #adopt(socket: Socket, local: Address, remote: Address): NetEndpoint {
    const endpoint = new NetEndpoint(socket, local, remote, this);
    this.#endpoints.add(endpoint);
    return endpoint;
  }

  async #stopListening(server: Server): Promise<void> {
    if (!this.#servers.delete(server)) return;
    await queueIsEmpty(server);
    server.close();
  }

  #guard(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.onObserverError(error);
    }
  }
}

/** libuv accepts one client in each turn: waits until none has come for a few. */
async function queueIsEmpty(server: Server): Promise<void> {
  let quiet = 0;
  const count = (): void => {
    quiet = 0;
  };
  server.on('connection', count);
  const end = performance.now() + LAST_ACCEPT_MS_MAX;
  while (quiet < QUIET_TURNS && performance.now() < end) {
    quiet++;
    await turn();
  }
  server.off('connection', count);
}

/** Binds; a Unix path left behind by a process that is gone is taken over, as HAProxy and nginx do. */
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
    const where =
      address.kind === 'unix' ? { path: address.path } : { host: address.host, port: address.port };
    server.listen({ ...where, backlog: BACKLOG }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function isAbandoned(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect({ path });
    probe.once('connect', () => {
      probe.destroy();
      resolve(false);
    });
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED'));
  });
}

function boundAddress(server: Server, asked: Address): Address {
  const bound = server.address();
  if (bound === null || typeof bound === 'string') return asked;
  return { kind: 'tcp', host: bound.address, port: bound.port };
}

function socketAddress(socket: Socket, end: 'local' | 'remote', fallback: Address): Address {
  const host = end === 'local' ? socket.localAddress : socket.remoteAddress;
  const port = end === 'local' ? socket.localPort : socket.remotePort;
  return fallback.kind === 'unix' || host === undefined || port === undefined
    ? fallback
    : { kind: 'tcp', host, port };
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function throwLater(error: unknown): void {
  setImmediate(() => {
    throw error;
  });
}
