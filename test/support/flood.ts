import type { Socket } from 'node:net';

const PIECE = Buffer.alloc(64 * 1024, 'flood. ');

/** Sends for as long as the socket lives, as fast as it takes it. */
export function flood(socket: Socket): void {
  const push = (): void => {
    while (!socket.destroyed && socket.write(PIECE));
  };
  socket.on('drain', push);
  push();
}
