import { unlink } from 'node:fs/promises';
import { connect, createServer, type ListenOptions, type Server } from 'node:net';
import { type Address, formatAddress } from '../../core/address.ts';
import type { Sharing } from '../../core/ports.ts';
import { canReusePort } from '../../core/reuse-port.ts';

/** Connections that may wait in the kernel's accept queue; the kernel caps it at net.core.somaxconn. */
const BACKLOG = 4096;

/** Whether this Node and this system share a port among sockets. */
const SHARES_PORTS = canReusePort(process.version, process.platform);

/** `reusePort` came after the oldest Node whose types are used here. */
interface Where extends ListenOptions {
  readonly reusePort?: boolean;
}

type TcpAddress = Extract<Address, { kind: 'tcp' }>;

/**
 * Makes `server` listen at `address`. Rejects with the system's error where it cannot; `server` may be thrown away then.
 * Where ports cannot be shared, and for Unix paths, `claim` is `alone` and `join` rejects with EADDRINUSE.
 */
export async function bind(server: Server, address: Address, sharing: Sharing): Promise<void> {
  if (sharing === 'alone') return bindAlone(server, address);
  if (address.kind === 'unix' || !SHARES_PORTS) {
    if (sharing === 'join') throw notShared(address);
    return bindAlone(server, address);
  }
  // The kernel never answers port 0 by a port that others share, so only a named port has to be looked at.
  if (sharing === 'claim' && address.port !== 0) await refuseTaken(address);
  return listening(server, { host: address.host, port: address.port, reusePort: true });
}

/**
 * Rejects with EADDRINUSE where anybody listens at `address`, those included who would share it: a socket without
 * SO_REUSEPORT is bound there and closed again. Between that and the bind that shares, somebody else may come: who binds
 * alone makes that bind fail, and who shares is not noticed. A client that connects meanwhile is reset, as it was refused
 * before. All of that lasts for ticks of one turn of the event loop, tens of microseconds.
 */
async function refuseTaken(address: TcpAddress): Promise<void> {
  const probe = createServer();
  await listening(probe, { host: address.host, port: address.port });
  probe.close();
}

/** A Unix path left behind by a process that is gone is taken over, as HAProxy and nginx do. */
async function bindAlone(server: Server, address: Address): Promise<void> {
  if (address.kind === 'tcp') return listening(server, { host: address.host, port: address.port });
  const { path } = address;
  try {
    await listening(server, { path });
  } catch (error) {
    const taken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
    if (!taken || !(await isAbandoned(path))) throw error;
    await unlink(path);
    await listening(server, { path });
  }
}

function listening(server: Server, where: Where): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ ...where, backlog: BACKLOG }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function isAbandoned(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect({ path });
    probe.once('connect', () => {
      probe.destroy();
      resolve(false);
    });
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED'));
  });
}

function notShared(address: Address): Error {
  const why =
    address.kind === 'unix'
      ? 'a Unix path cannot be shared'
      : `ports are not shared by Node ${process.version} on ${process.platform}`;
  const message = `listen EADDRINUSE: ${formatAddress(address)}: ${why}; let one shard listen there`;
  return Object.assign(new Error(message), { code: 'EADDRINUSE', syscall: 'listen' });
}
