import { unlinkSync } from 'node:fs';
import { type Address, formatAddress } from '../../core/address.ts';
import type { ListenOptions, Sharing } from '../../core/ports.ts';
import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  EADDRINUSE,
  SO_REUSEADDR,
  SO_REUSEPORT,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SOL_SOCKET,
} from './abi.ts';
import { errorName, systemError } from './errno.ts';
import type { Home } from './home.ts';
import { encodeAddress } from './sockaddr.ts';
import { applyOptions, int, makeTransparent } from './socket-options.ts';

/** Connections that may wait in the kernel's accept queue; the kernel caps it at net.core.somaxconn. */
const BACKLOG = 4096;

type Where = Pick<Home, 'system' | 'table'>;

/**
 * A socket that listens at `where`, shared by SO_REUSEPORT unless it is `alone`. Throws the system's error. A Unix path
 * cannot be shared; one that was left behind by a process that is gone is taken over.
 */
export function bindListener(home: Where, where: Address, options: ListenOptions, sharing: Sharing): number {
  const encoded = encodeAddress(where);
  if (encoded === null) throw new TypeError(`${formatAddress(where)} has to be looked up first`);
  if (where.kind === 'unix') {
    if (sharing === 'join')
      throw systemError('listen', -EADDRINUSE, `${formatAddress(where)}: a Unix path cannot be shared`);
    return bindPath(home, where.path, encoded);
  }
  // The kernel never answers port 0 by a port that others share, so only a named port has to be looked at. Between this
  // socket and the one that shares nobody can come but in the microseconds of two calls; who binds alone makes it fail.
  if (sharing === 'claim' && where.port !== 0) home.table.close(bound(home, where, encoded, options, false));
  return bound(home, where, encoded, options, sharing !== 'alone');
}

function bound(
  home: Where,
  where: Address,
  encoded: Uint8Array,
  options: ListenOptions,
  shares: boolean,
): number {
  const { system, table } = home;
  const family = encoded.length > 16 ? AF_INET6 : AF_INET;
  const fd = open(home, family, where);
  system.setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, int(1));
  if (shares) system.setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, int(1));
  applyOptions(system, fd, options, true);
  let result = options.transparent === true ? makeTransparent(system, fd, family === AF_INET6) : 0;
  const steps: [string, () => number][] = [
    ['setsockopt IP_TRANSPARENT', () => result],
    ['bind', () => system.bind(fd, encoded)],
    ['listen', () => system.listen(fd, BACKLOG)],
  ];
  for (const [call, step] of steps) {
    result = step();
    if (result >= 0) continue;
    table.close(fd);
    throw systemError(call, result, formatAddress(where));
  }
  return fd;
}

function bindPath(home: Where, path: string, encoded: Uint8Array): number {
  const { system, table } = home;
  const where: Address = { kind: 'unix', path };
  const fd = open(home, AF_UNIX, where);
  let result = system.bind(fd, encoded);
  if (result === -EADDRINUSE && isAbandoned(home, encoded)) {
    unlinkSync(path);
    result = system.bind(fd, encoded);
  }
  if (result >= 0) result = system.listen(fd, BACKLOG);
  if (result >= 0) return fd;
  table.close(fd);
  throw systemError('listen', result, formatAddress(where));
}

/** Whether nobody listens at a path. Connecting to a Unix socket is done at once, or fails at once. */
function isAbandoned(home: Where, encoded: Uint8Array): boolean {
  const { system, table } = home;
  const fd = table.opened(system.socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (fd < 0) return false;
  const result = system.connect(fd, encoded);
  table.close(fd);
  return result < 0 && errorName(result) === 'ECONNREFUSED';
}

function open({ system, table }: Where, family: number, where: Address): number {
  const fd = table.opened(system.socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (fd < 0) throw systemError('socket', fd, formatAddress(where));
  return fd;
}
