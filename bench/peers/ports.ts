import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { hasEnded, type Started } from './processes.ts';

const POLL_MS = 20;
const READY_MS = 15_000;

/** Ports of loopback that the system has just called free. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, listenAnywhere));
  return Promise.all(
    servers.map(({ server, port }) => new Promise<number>((resolve) => server.close(() => resolve(port)))),
  );
}

/** Until a port takes connections. Throws with what the process has said where it ends before that. */
export async function untilOpen(port: number, started: Started): Promise<void> {
  const end = Date.now() + READY_MS;
  while (!(await takes(port))) {
    if (hasEnded(started.child)) throw new Error(`it did not start: ${started.complaints().slice(-400)}`);
    if (Date.now() > end) throw new Error(`port ${port} is not open after ${READY_MS} ms`);
    await sleep(POLL_MS);
  }
}

function listenAnywhere(): Promise<{ server: ReturnType<typeof createServer>; port: number }> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve({ server, port: typeof address === 'object' && address !== null ? address.port : 0 });
    });
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
