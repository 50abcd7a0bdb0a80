import { randomInt } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';

/** How often a port is looked for that is free on all the addresses before giving up. */
const PORT_ATTEMPTS_MAX = 50;
/** Ports from here on, up to those that the system gives away, are looked at. */
const FIRST_PORT = 12_000;

/**
 * A TCP port that was free on `host` a moment ago. Only for programs that cannot report the port they were given for 0, and for
 * what has to be refused. It is none of those that the system gives to who listens on 0 or connects, so that nobody gets it in
 * between by chance.
 */
export function freePort(host = '127.0.0.1'): Promise<number> {
  return freePortOn([host]);
}

/** As `freePort`, but free on each of the addresses. */
export async function freePortOn(hosts: readonly string[]): Promise<number> {
  for (let attempt = 0; attempt < PORT_ATTEMPTS_MAX; attempt++) {
    const held: Server[] = [];
    try {
      let port = somePort();
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
  throw new Error(`no port is free on ${hosts.join(' and ')} (${PORT_ATTEMPTS_MAX} attempts)`);
}

/** One that the system does not give away by itself; 0, for one of the system's choice, where it gives away nearly all. */
function somePort(): number {
  const range = '/proc/sys/net/ipv4/ip_local_port_range';
  const text = existsSync(range) ? readFileSync(range, 'utf8') : '';
  const [first = 0] = text.split(/\s+/).map(Number);
  return first > 2 * FIRST_PORT ? randomInt(FIRST_PORT, first) : 0;
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
