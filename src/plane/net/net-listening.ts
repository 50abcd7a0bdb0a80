import type { Server } from 'node:net';
import type { Address } from '../../core/address.ts';
import type { Listening, SocketOptions } from '../../core/ports.ts';
import { monotonicMs } from './net-timers.ts';

/** Turns of the event loop without a new client after which the queue of a closing listener counts as empty. */
const QUIET_TURNS = 3;

/** However many clients go on coming, a closing listener takes them for no longer than this. */
const LAST_ACCEPT_MS_MAX = 500;

/**
 * A server of node:net that listens. Closing loses the clients whose handshake ends between the last look into the queue
 * and the close of the socket: microseconds on the same machine, a round trip for those who are far away. The kernel
 * resets them, also where others share the port. Linux hands them to the others instead where net.ipv4.tcp_migrate_req
 * is 1.
 */
export class NetListening implements Listening {
  readonly address: Address;
  readonly #server: Server;
  readonly #stopped: (listening: NetListening) => void;
  #options: SocketOptions;
  #closing: Promise<void> | null = null;

  /** `server` listens already and is this object's to close; `stopped` is called when it is closed. */
  constructor(
    server: Server,
    asked: Address,
    options: SocketOptions,
    stopped: (listening: NetListening) => void,
  ) {
    this.#server = server;
    this.#options = options;
    this.#stopped = stopped;
    this.address = boundAddress(server, asked);
  }

  /** What to apply to a client that is accepted now. */
  get options(): SocketOptions {
    return this.#options;
  }

  setOptions(options: SocketOptions): void {
    this.#options = options;
  }

  close(): Promise<void> {
    this.#closing ??= this.#acceptLast();
    return this.#closing;
  }

  /** Stops listening now; who waits in the queue is reset. */
  stop(): void {
    if (!this.#server.listening) return;
    this.#server.close();
    this.#stopped(this);
  }

  async #acceptLast(): Promise<void> {
    await queueIsEmpty(this.#server);
    this.stop();
  }
}

/** libuv accepts one client in each turn: waits until none has come for a few, or nobody listens any more. */
async function queueIsEmpty(server: Server): Promise<void> {
  let quiet = 0;
  const count = (): void => {
    quiet = 0;
  };
  server.on('connection', count);
  const end = monotonicMs() + LAST_ACCEPT_MS_MAX;
  while (server.listening && quiet < QUIET_TURNS && monotonicMs() < end) {
    quiet++;
    await turn();
  }
  server.off('connection', count);
}

function boundAddress(server: Server, asked: Address): Address {
  const bound = server.address();
  if (bound === null || typeof bound === 'string') return asked;
  return { kind: 'tcp', host: bound.address, port: bound.port };
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
