import type { Socket } from 'node:net';

/** What Node has of a TCP socket and does not show. Each may be absent; then every end counts as a FIN. */
interface SocketHandle {
  /** 0, or an error: ENOTCONN once the kernel has no connection any more. */
  readonly getpeername?: (name: object) => number;
  readonly readStart?: () => number;
  /** TCP only. */
  readonly reset?: unknown;
  /** -1 until the address is known and a socket was made for it; always -1 on Windows. */
  readonly fd?: number;
}

/**
 * What the `end` of a socket really was. Where a RST comes in right behind data, libuv reports the end of the stream
 * instead of ECONNRESET (it takes EPOLLHUP after a short read for a FIN). The kernel knows better: after a RST there
 * is no peer. After our own FIN that is so in both cases, hence `unknown`.
 */
export function endOfStream(socket: Socket, ourFinSent: boolean): 'fin' | 'reset' | 'unknown' {
  const { getpeername } = handleOf(socket);
  if (getpeername === undefined || socket.remoteFamily === undefined) return 'fin';
  if (getpeername.call(handleOf(socket), {}) === 0) return 'fin';
  return ourFinSent ? 'unknown' : 'reset';
}

/**
 * Reads once more behind the end of a stream: a RST that was hidden makes the socket fail with ECONNRESET as any other
 * does; a FIN is told again and changes nothing. `fin` is called when the kernel had its chance to answer and the
 * socket still lives. Call it while `end` is being told: the socket would destroy itself right after.
 */
export function readAgain(socket: Socket, fin: () => void): void {
  const handle = handleOf(socket);
  keepAlive(socket);
  handle.readStart?.call(handle);
  const settle = (): void => {
    if (socket.destroyed) return;
    fin();
    if (socket.writableFinished) socket.destroy();
    else socket.once('finish', () => socket.destroy());
  };
  // The first turn ends this round of the event loop, the second comes after the next poll.
  setImmediate(() => setImmediate(settle));
}

/** Puts off the socket's own end, which comes with the later of its two halves. */
function keepAlive(socket: Socket): void {
  const { _readableState, _writableState } = socket as unknown as Record<string, { autoDestroy: boolean }>;
  if (_readableState !== undefined) _readableState.autoDestroy = false;
  if (_writableState !== undefined) _writableState.autoDestroy = false;
}

/**
 * Ends a socket that is still connecting. The kernel may have connected it already without Node knowing: closed as usual
 * it would be a clean end at the backend. `resetAndDestroy` waits for the connect, which may never come. While a name is
 * looked up there is no socket, and Node would never free what it failed to reset.
 */
export function abandon(socket: Socket): void {
  const { _reset } = socket as unknown as { readonly _reset?: () => void };
  const { reset, fd = -1 } = handleOf(socket);
  if (_reset === undefined || reset === undefined || fd < 0) socket.destroy();
  else _reset.call(socket);
}

/** The error of a RST, as a read would have given it. */
export function resetError(): NodeJS.ErrnoException {
  return Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', syscall: 'read' });
}

function handleOf(socket: Socket): SocketHandle {
  return (socket as unknown as { readonly _handle: SocketHandle | null })._handle ?? {};
}
