import { createHash, type Hash } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { later } from './cleanup.ts';
import type { HostPort } from './sluice.ts';

/** A TCP server of the test on a port of 127.0.0.1 (0: a free one), ended with the test; sockets stay open after the peer's FIN. */
export async function serve(
  onSocket: (socket: Socket) => void,
  at = 0,
): Promise<{ readonly port: number; readonly server: Server }> {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    onSocket(socket);
  });
  server.listen(at, '127.0.0.1');
  await once(server, 'listening');
  later(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not bound');
  return { port: address.port, server };
}

/**
 * A connected client socket that stays open after the peer's FIN, ended with the test. One that was accepted and reset
 * before this side knew of either counts as connected: `hear` tells how it ended.
 */
export async function dial(to: HostPort): Promise<Socket> {
  const socket = connect({ ...to, allowHalfOpen: true, noDelay: true });
  later(() => {
    socket.destroy();
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNRESET') resolve();
      else reject(error);
    });
  });
  socket.on('error', () => {});
  return socket;
}

/** How a stream ended for its reader. */
export interface Heard {
  readonly bytes: number;
  readonly sha256: string;
  /** `fin`, or the code of the error: ECONNRESET. */
  readonly end: string;
}

/** Reads to the end, whatever it is; one that has come already counts. Starts reading at once. */
export function hear(socket: Socket): Promise<Heard> {
  const hash: Hash = createHash('sha256');
  let bytes = 0;
  socket.on('data', (data: Buffer) => {
    bytes += data.length;
    hash.update(data);
  });
  socket.resume();
  return new Promise((resolve) => {
    const done = (end: string) =>
      resolve({
        bytes,
        sha256: hash.copy().digest('hex'),
        end: end === 'fin' && wasReset(socket) ? 'ECONNRESET' : end,
      });
    if (socket.errored !== null) done((socket.errored as NodeJS.ErrnoException).code ?? 'error');
    else if (socket.readableEnded) done('fin');
    socket.once('end', () => done('fin'));
    socket.once('error', (error: NodeJS.ErrnoException) => done(error.code ?? 'error'));
  });
}

/**
 * Node takes a RST that comes while bytes wait to be read for a FIN; the system then knows of no peer. Of no use once this side
 * has sent FIN, too.
 */
function wasReset(socket: Socket): boolean {
  const { _handle: handle } = socket as Socket & {
    readonly _handle?: { readonly getpeername?: (into: object) => number } | null;
  };
  return !socket.writableEnded && handle?.getpeername !== undefined && handle.getpeername({}) !== 0;
}

/** Writes it all and resolves when the kernel has taken it. */
export function write(socket: Socket, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.write(bytes, (error) => (error ? reject(error) : resolve()));
  });
}
