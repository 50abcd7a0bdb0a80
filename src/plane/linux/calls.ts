import { EINTR, ENOBUFS, ENOMEM } from './abi.ts';
import type { Home } from './home.ts';
import { lingerZero } from './socket.ts';

/** Pause after the kernel had no memory for a read or a write. */
const SHORTAGE_MS = 20;

/** Reads into the buffer of the plane; as recv(2), but never interrupted. */
export function receive({ system, buffer }: Home, fd: number, length: number, flags: number): number {
  for (;;) {
    const result = system.recv(fd, buffer, length, flags);
    if (result !== -EINTR) return result;
  }
}

/**
 * Whether the kernel was short of memory, which says nothing of the connection. No event tells when that has passed, so
 * `retry` is called after a moment.
 */
export function wasShort({ reactor }: Home, result: number, retry: () => void): boolean {
  if (result !== -ENOBUFS && result !== -ENOMEM) return false;
  reactor.after(SHORTAGE_MS, retry);
  return true;
}

/** Closes a socket of the plane, watched or not; with RST where it `resets`. */
export function closeSocket({ system, reactor, table }: Home, fd: number, resets: boolean): void {
  if (resets) lingerZero(system, fd);
  reactor.forget(fd);
  table.close(fd);
}
