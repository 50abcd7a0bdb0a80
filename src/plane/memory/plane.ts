import type { Address } from '../../core/address.ts';
import type {
  Cancellable,
  DialFailure,
  DialHandler,
  ListenHandler,
  Listening,
  Plane,
  PlaneOptions,
  Sharing,
  SocketOptions,
  Timers,
} from '../../core/ports.ts';
import type { ConnectFailure } from './address-book.ts';
import { type EndpointHost, MemoryEndpoint } from './endpoint.ts';
import type { Fabric } from './fabric.ts';
import { type ListenerOwner, MemoryListener } from './listener.ts';
import type { MemoryNetwork } from './network.ts';
import { ReadBuffer } from './read-buffer.ts';
import type { KernelSocket } from './socket.ts';
import { createPlaneTimers, type PlaneTimers } from './timers.ts';

/** How one plane on a network behaves. */
export interface MemoryPlaneOptions extends PlaneOptions {
  /** Size of every read in bytes; absent or 0 = sizes by chance from 1 byte to 64 KiB. */
  readonly readBytes?: number;
  /** Endpoints and dials at once; one more fails with EMFILE. Absent or 0 = no limit. */
  readonly descriptorsMax?: number;
}

/** A plane on a simulated network. It lives in the network's time: nothing happens until the network is run. */
export function createMemoryPlane(network: MemoryNetwork, options: MemoryPlaneOptions = {}): Plane {
  return new MemoryPlane(network.fabric, network.epoch, options);
}

class MemoryPlane implements Plane {
  readonly name = 'memory';
  readonly resetsAfterDelivery = true;
  readonly timers: Timers;
  readonly #timers: PlaneTimers;
  readonly #fabric: Fabric;
  readonly #host: EndpointHost;
  readonly #descriptorsMax: number;
  readonly #onOpen: (by: 1 | -1) => void;
  readonly #report: (error: unknown) => void;
  readonly #endpoints = new Set<MemoryEndpoint>();
  readonly #dials = new Set<Cancellable>();
  readonly #listeners = new Set<MemoryListener>();
  #closed = false;

  constructor(fabric: Fabric, epoch: number, options: MemoryPlaneOptions) {
    const { readBytes = 0, descriptorsMax = 0, onObserverError = throwLater, onOpen = nothing } = options;
    this.#fabric = fabric;
    this.#descriptorsMax = descriptorsMax === 0 ? Number.POSITIVE_INFINITY : descriptorsMax;
    this.#onOpen = onOpen;
    this.#report = onObserverError;
    this.#timers = createPlaneTimers(fabric.clock, options.epoch ?? epoch, onObserverError);
    this.timers = this.#timers;
    this.#host = {
      clock: fabric.clock,
      random: fabric.random,
      buffer: new ReadBuffer(fabric.random, readBytes),
      report: onObserverError,
      released: (endpoint) => this.#released(endpoint),
    };
  }

  get open(): number {
    return this.#endpoints.size + this.#dials.size;
  }

  async listen(
    address: Address,
    options: SocketOptions,
    handler: ListenHandler,
    sharing: Sharing = 'alone',
  ): Promise<Listening> {
    if (this.#closed) throw new Error('the plane is closed: nothing listens on it any more');
    const listener: MemoryListener = new MemoryListener(
      this.#fabric,
      address,
      options,
      sharing,
      this.#ownerOf(handler, () => this.#listeners.delete(listener)),
    );
    this.#listeners.add(listener);
    return listener;
  }

  dial(address: Address, options: SocketOptions, handler: DialHandler): Cancellable {
    if (this.#closed) return { cancel: nothing };
    const host = address.kind === 'tcp' && address.host.includes(':') ? '::1' : '127.0.0.1';
    const starved = !this.#hasDescriptor;
    const done = (): void => {
      if (this.#dials.delete(dial)) this.#onOpen(-1);
    };
    const fail = (failure: ConnectFailure): void => {
      done();
      this.#guard(() => handler.failed(dialFailure(failure, address)));
      this.#retryAccepting();
    };
    const attempt = this.#fabric.dial(this.#fabric.book.ephemeral(address, host), address, {
      failed: fail,
      connected: (socket) => {
        this.#dials.delete(dial);
        const endpoint = this.#adopt(socket, options);
        this.#guard(() => handler.connected(endpoint));
      },
    });
    const dial: Cancellable = {
      cancel: () => {
        attempt.abandon();
        done();
        this.#retryAccepting();
      },
    };
    this.#dials.add(dial);
    this.#onOpen(1);
    if (starved) {
      attempt.abandon();
      this.#fabric.clock.soon(() => {
        if (this.#dials.has(dial)) fail('out-of-descriptors');
      });
    }
    return dial;
  }

  /** As on every plane everything is cut before this returns; observers are told afterwards. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#timers.close();
    for (const dial of this.#dials) dial.cancel();
    for (const listener of this.#listeners) {
      listener.stop();
      listener.abandon();
    }
    for (const endpoint of this.#endpoints) endpoint.abandon();
    await null;
    for (const endpoint of this.#endpoints) endpoint.finish();
  }

  get #hasDescriptor(): boolean {
    return this.open < this.#descriptorsMax;
  }

  #ownerOf(handler: ListenHandler, closed: () => void): ListenerOwner {
    const hasDescriptor = (): boolean => this.#hasDescriptor;
    return {
      get hasDescriptor(): boolean {
        return hasDescriptor();
      },
      accept: (socket, options) => {
        const endpoint = this.#adopt(socket, options);
        this.#onOpen(1);
        this.#guard(() => handler.accept(endpoint));
      },
      starved: () => this.#guard(() => handler.failed('EMFILE')),
      closed,
    };
  }

  #adopt(socket: KernelSocket, options: SocketOptions): MemoryEndpoint {
    const endpoint = new MemoryEndpoint(this.#host, socket, options);
    this.#endpoints.add(endpoint);
    return endpoint;
  }

  #released(endpoint: MemoryEndpoint): void {
    if (this.#endpoints.delete(endpoint)) this.#onOpen(-1);
    this.#retryAccepting();
  }

  #retryAccepting(): void {
    if (this.#descriptorsMax === Number.POSITIVE_INFINITY) return;
    for (const listener of this.#listeners) listener.retry();
  }

  #guard(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#report(error);
    }
  }
}

const DIAL_FAILURES: Record<ConnectFailure, DialFailure> = {
  refused: { kind: 'refused', code: 'ECONNREFUSED' },
  unreachable: { kind: 'unreachable', code: 'EHOSTUNREACH' },
  'timed-out': { kind: 'unreachable', code: 'ETIMEDOUT' },
  'out-of-ports': { kind: 'out-of-ports', code: 'EADDRNOTAVAIL' },
  'out-of-descriptors': { kind: 'out-of-descriptors', code: 'EMFILE' },
  name: { kind: 'name', code: 'ENOTFOUND' },
};

/** A Unix path on which nobody listens does not exist. */
function dialFailure(failure: ConnectFailure, address: Address): DialFailure {
  if (failure === 'refused' && address.kind === 'unix') return { kind: 'refused', code: 'ENOENT' };
  return DIAL_FAILURES[failure];
}

function throwLater(error: unknown): void {
  setImmediate(() => {
    throw error;
  });
}

function nothing(): void {}
