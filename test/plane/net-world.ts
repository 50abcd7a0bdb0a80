import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Address } from '../../src/core/address.ts';
import type { Endpoint, Plane, PlaneOptions } from '../../src/core/ports.ts';
import { canReusePort } from '../../src/core/reuse-port.ts';
import { createNetPlane } from '../../src/plane/net/index.ts';
import { tableForm } from '../../src/plane/net/send-queue.ts';
import { ANYWHERE, type Peer, type World } from './contract/world.ts';

/** Time after which what has not happened is not going to. */
const PATIENCE_MS = 10_000;

/** Turns of the event loop in which loopback does what it is going to do. */
const SETTLE_TURNS = 200;

/** Peers; one that is paused holds no more than one read, since what Node holds besides is lost with a RST. */
const PEER = { allowHalfOpen: true, highWaterMark: 1 };

/** A plane of node:net, and peers and servers of node:net beside it. */
export function makeNetWorld(): Promise<World> {
  return makeSocketWorld(createNetPlane, canReusePort(process.version, process.platform));
}

/** Some plane that uses the sockets of this system, and peers and servers of node:net beside it. */
export async function makeSocketWorld(
  createPlane: (options: PlaneOptions) => Plane,
  canShare: boolean,
): Promise<World> {
  const errors: unknown[] = [];
  let openTold = 0;
  const plane = createPlane({
    onObserverError: (error) => errors.push(error),
    onOpen: (by) => {
      openTold += by;
    },
  });
  const sockets = new Set<Socket>();
  const servers = new Set<Server>();
  const serve: World['serve'] = async (onPeer, address = ANYWHERE) => {
    const server = createServer(PEER, (socket) => {
      sockets.add(socket);
      onPeer(new NetPeer(socket));
    });
    servers.add(server);
    return { address: await bound(server, address), close: () => server.close() };
  };
  return {
    plane,
    errors,
    get openTold() {
      return openTold;
    },
    canShare,
    keepsAlive,
    serve,
    connect: (address) => {
      const socket = connect({ ...target(address), ...PEER });
      sockets.add(socket);
      return new NetPeer(socket);
    },
    refusing: async () => {
      const server = createServer();
      const address = await bound(server, ANYWHERE);
      await new Promise((resolve) => server.close(resolve));
      return address;
    },
    unixPath: () => ({ kind: 'unix', path: join(tmpdir(), `sluice-${process.pid}-${randomUUID()}.sock`) }),
    until: async (predicate, what) => {
      const limit = performance.now() + PATIENCE_MS;
      while (!predicate()) {
        if (performance.now() > limit) throw new Error(`not reached: ${what}`);
        await turn();
      }
    },
    settle: async () => {
      for (let i = 0; i < SETTLE_TURNS; i++) await turn();
    },
    close: async () => {
      await plane.close();
      for (const socket of sockets) socket.destroy();
      for (const server of servers) server.close();
    },
  };
}

/** A peer of node:net, made for tests; it shares nothing with the plane but the kernel. */
class NetPeer implements Peer {
  connected: boolean;
  refused = false;
  receivedBytes = 0;
  sawFin = false;
  sawReset = false;
  readonly #socket: Socket;
  readonly #chunks: Buffer[] = [];
  #slow = false;
  #listener: (bytes: Uint8Array) => void = () => {};

  constructor(socket: Socket) {
    this.#socket = socket;
    this.connected = !socket.connecting;
    socket.on('connect', () => {
      this.connected = true;
    });
    socket.on('data', (bytes) => this.#got(bytes));
    socket.on('end', () => {
      if (!socket.writableEnded && isReset(socket)) this.sawReset = true;
      else this.sawFin = true;
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (this.connected) this.sawReset = error.code === 'ECONNRESET' || error.code === 'EPIPE';
      else this.refused = true;
    });
  }

  get local(): Address {
    return { kind: 'tcp', host: this.#socket.localAddress ?? '', port: this.#socket.localPort ?? 0 };
  }
  get received(): Uint8Array {
    return Buffer.concat(this.#chunks);
  }
  get queued(): number {
    return this.#socket.writableLength;
  }

  onData(listener: (bytes: Uint8Array) => void): void {
    this.#listener = listener;
  }
  write(bytes: Uint8Array): void {
    this.#socket.write(Uint8Array.from(bytes));
  }
  end(): void {
    this.#socket.end();
  }
  reset(): void {
    this.#socket.resetAndDestroy();
  }
  stopReading(): void {
    this.#socket.pause();
  }
  startReading(): void {
    this.#slow = false;
    this.#socket.resume();
  }
  readSlowly(): void {
    this.#slow = true;
  }

  #got(bytes: Buffer): void {
    this.#chunks.push(bytes);
    this.receivedBytes += bytes.length;
    this.#listener(bytes);
    if (!this.#slow) return;
    this.#socket.pause();
    setTimeout(() => this.#socket.resume(), 1);
  }
}

/**
 * libuv tells a RST as the end of the stream where bytes were read in the same turn. The kernel knows: a socket that was
 * reset has no peer any more, one that got FIN and has sent none has.
 */
function isReset(socket: Socket): boolean {
  const { _handle } = socket as unknown as { _handle: { getpeername(out: object): number } | null };
  return _handle !== null && _handle.getpeername({}) !== 0;
}

/** The kernel's table shows which timer of a socket runs: `02` is that of keepalive. */
async function keepsAlive({ local, remote }: Endpoint): Promise<boolean | null> {
  if (process.platform !== 'linux' || local.kind !== 'tcp' || remote.kind !== 'tcp') return null;
  const table = await readFile('/proc/self/net/tcp', 'latin1');
  const row = table.split('\n').find((line) => line.includes(`${tableForm(local)} ${tableForm(remote)}`));
  return row !== undefined && row.trim().split(/\s+/)[5]?.startsWith('02') === true;
}

async function bound(server: Server, address: Address): Promise<Address> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(target(address), resolve);
  });
  if (address.kind === 'unix') return address;
  const { address: host, port } = server.address() as AddressInfo;
  return { kind: 'tcp', host, port };
}

function target(address: Address): { path: string } | { host: string; port: number } {
  return address.kind === 'unix' ? { path: address.path } : { host: address.host, port: address.port };
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
