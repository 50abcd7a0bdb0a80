import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { hasEnded, type Started } from './processes.ts';

const PORTS = { from: 10_000, to: 32_000 };
const TRIES_MAX = 1000;
const POLL_MS = 20;
const READY_MS = 15_000;

/**
 * Ports of loopback that the system has just let us listen on, below those it gives to clients by itself: of those one
 * could be taken by any connection before a proxy is up, even by ours to it.
 */
export async function freePorts(count: number): Promise<number[]> {
  const found: number[] = [];
  for (let tried = 0; found.length < count; tried++) {
    if (tried === TRIES_MAX) throw new Error(`no free ports from ${PORTS.from} to ${PORTS.to}`);
    const port = PORTS.from + Math.floor(Math.random() * (PORTS.to - PORTS.from));
    if (!found.includes(port) && (await isFree(port))) found.push(port);
  }
  return found;
}

/** Until a port takes connections. Throws with what the process has said where it ends before that. */
export async function untilOpen(port: number, started: Started): Promise<void> {
  const end = Date.now() + READY_MS;
  for (;;) {
    const open = await takes(port);
    if (hasEnded(started.child)) throw new Error(`it did not start: ${started.complaints().slice(-400)}`);
    if (open) return;
    if (Date.now() > end) throw new Error(`port ${port} is not open after ${READY_MS} ms`);
    await sleep(POLL_MS);
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

function takes(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
