import { connect, createServer, type NetConnectOpts, type Socket } from 'node:net';
import type { DuplexOptions } from 'node:stream';
import type { Address } from '../../core/address.ts';
import type {
  Cancellable,
  DialHandler,
  DialOptions,
  ListenHandler,
  Listening,
  ListenOptions,
  Plane,
  PlaneOptions,
  Sharing,
} from '../../core/ports.ts';
import { SourcePorts } from '../../core/source-ports.ts';
import { bind } from './bind.ts';
import { abandon } from './end-of-stream.ts';
import { failureOf, notTransparent } from './failures.ts';
import { type EndpointHome, NetEndpoint } from './net-endpoint.ts';
import { NetListening } from './net-listening.ts';
import { NetTimers } from './net-timers.ts';
import { SEES_SEND_QUEUES, SendQueues } from './send-queue.ts';
import { dialFromPorts, isPortTaken, type PortHandler } from './source-ports.ts';

/** See NetEndpoint: one read at most waits inside of Node. */
const HIGH_WATER_MARK = 1;

/** The plane of node:net: any OS, one thread. */
export function createNetPlane(options: PlaneOptions = {}): Plane {
  return new NetPlane(options);
}

class NetPlane implements Plane, EndpointHome {
  readonly name = 'net';
  readonly resetsAfterDelivery = SEES_SEND_QUEUES;
  readonly timers: NetTimers;
  readonly sendQueues = new SendQueues();
  readonly sourcePorts = new SourcePorts(Math.random());
  readonly onObserverError: (error: unknown) => void;
  readonly #endpoints = new Set<NetEndpoint>();
  readonly #dials = new Set<Socket>();
  readonly #listenings = new Set<NetListening>();
  readonly #onOpen: (by: 1 | -1) => void;
  #closed = false;

  constructor(options: PlaneOptions) {
    this.onObserverError = options.onObserverError ?? throwLater;
    this.timers = new NetTimers(this.onObserverError, options.epoch);
    this.#onOpen = options.onOpen ?? nothing;
  }

  get open(): number {
    return this.#endpoints.size + this.#dials.size;
  }

  now(): number {
    return this.timers.now();
  }

  gone(endpoint: NetEndpoint): void {
    if (this.#endpoints.delete(endpoint)) this.#onOpen(-1);
  }

  async listen(
    address: Address,
    options: ListenOptions,
    handler: ListenHandler,
    sharing: Sharing = 'alone',
  ): Promise<Listening> {
    if (this.#closed) throw planeClosed();
    if (options.transparent === true) throw notTransparent();
    const server = createServer({
      allowHalfOpen: true,
      pauseOnConnect: true,
      highWaterMark: HIGH_WATER_MARK,
    });
    await bind(server, address, sharing);
    const listening = new NetListening(server, address, options, () => this.#listenings.delete(listening));
    if (this.#closed) {
      listening.stop();
      throw planeClosed();
    }
    server.on('connection', (socket) => this.#accepted(socket, listening, handler));
    server.on('error', (error: NodeJS.ErrnoException) => handler.failed(error.code ?? 'UNKNOWN'));
    this.#listenings.add(listening);
    return listening;
  }

  dial(address: Address, options: DialOptions, handler: DialHandler): Cancellable {
    if (this.#closed) return { cancel: nothing };
    if (options.transparent === true) return this.#refuse(handler);
    const { sourcePorts: range = null } = options;
    if (range === null) return this.#dial(address, options, null, handler);
    return dialFromPorts(this.sourcePorts.take(range), handler, (port, trying) =>
      this.#dial(address, options, port, trying),
    );
  }

  #dial(address: Address, options: DialOptions, port: number | null, handler: PortHandler): Cancellable {
    const socket = connect({
      ...(address.kind === 'unix' ? { path: address.path } : { host: address.host, port: address.port }),
      ...(typeof options.source === 'string' ? { localAddress: options.source } : {}),
      ...(port === null ? {} : { localPort: port }),
      allowHalfOpen: true,
      noDelay: options.noDelay,
      keepAlive: options.keepaliveMs > 0,
      keepAliveInitialDelay: options.keepaliveMs,
      readableHighWaterMark: HIGH_WATER_MARK,
      writableHighWaterMark: HIGH_WATER_MARK,
    } as NetConnectOpts & DuplexOptions);
    socket.pause();
    this.#dials.add(socket);
    this.#onOpen(1);
    const fail = (error: NodeJS.ErrnoException): void => {
      if (this.#forget(socket)) this.#guard(() => handler.failed(failureOf(error), isPortTaken(error)));
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
        if (this.#forget(socket)) abandon(socket);
      },
    };
  }

  /**
   * Everything is cut before this returns, so that it may be called where the thread is about to end and no promise is
   * awaited any more; only a FIN that is under way in this very turn still goes out, as its owner wanted. The promise
   * resolves when all observers were told `closed`.
   */
  async close(): Promise<void> {
    this.#closed = true;
    for (const listening of this.#listenings) listening.stop();
    for (const socket of this.#dials) {
      this.#forget(socket);
      abandon(socket);
    }
    for (const endpoint of this.#endpoints) endpoint.destroy();
    while (this.#endpoints.size > 0) await turn();
    this.timers.close();
    this.sendQueues.close();
  }

  /** Node has no IP_TRANSPARENT. */
  #refuse(handler: DialHandler): Cancellable {
    return this.timers.after(0, () => handler.failed(failureOf(notTransparent())));
  }

  #accepted(socket: Socket, { address: bound, options }: NetListening, handler: ListenHandler): void {
    if (bound.kind === 'tcp' && socket.remoteAddress === undefined) {
      socket.on('error', nothing);
      socket.destroy();
      this.#guard(() => handler.gone?.());
      return;
    }
    if (options.noDelay) socket.setNoDelay(true);
    if (options.keepaliveMs > 0) socket.setKeepAlive(true, options.keepaliveMs);
    const remote = socketAddress(
      socket,
      'remote',
      bound.kind === 'unix' ? { kind: 'unix', path: '' } : bound,
    );
    const endpoint = this.#adopt(socket, socketAddress(socket, 'local', bound), remote);
    this.#onOpen(1);
    this.#guard(() => handler.accept(endpoint));
  }

  #adopt(socket: Socket, local: Address, remote: Address): NetEndpoint {
    const endpoint = new NetEndpoint(socket, local, remote, this);
    this.#endpoints.add(endpoint);
    return endpoint;
  }

  /** Whether the dial was still under way. */
  #forget(socket: Socket): boolean {
    const waited = this.#dials.delete(socket);
    if (waited) this.#onOpen(-1);
    return waited;
  }

  #guard(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.onObserverError(error);
    }
  }
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

function planeClosed(): Error {
  return new Error('the plane is closed: nothing listens on it any more');
}

function nothing(): void {}
