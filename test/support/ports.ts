import { createServer, type Server } from 'node:net';

/** How often a port that is free on one address is looked for on the others before giving up. */
const SHARED_PORT_ATTEMPTS_MAX = 50;

/**
 * A TCP port that was free on `host` a moment ago, chosen by the system. Only for programs that cannot report the port
 * they were given for 0: another process may take it in between.
 */
export function freePort(host = '127.0.0.1'): Promise<number> {
  return freePortOn([host]);
}

/** As `freePort`, but free on each of the addresses. */
export async function freePortOn(hosts: readonly string[]): Promise<number> {
  for (let attempt = 0; attempt < SHARED_PORT_ATTEMPTS_MAX; attempt++) {
    const held: Server[] = [];
    try {
      let port = 0;
      for (const host of hosts) {
        const server = await hold(host, port);
        held.push(server);
        port = portOf(server);
      }
      return port;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    } finally {
      await Promise.all(held.map(release));
    }
  }
  throw new Error(`no port is free on ${hosts.join(' and ')} (${SHARED_PORT_ATTEMPTS_MAX} attempts)`);
}

function hold(host: string, port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, host, () => resolve(server));
  });
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has no port');
  return address.port;
}

function release(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}
