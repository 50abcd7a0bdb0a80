import { lookup } from 'node:dns';
import type { Address } from '../../core/address.ts';
import { dialFailure } from '../../core/dial-failure.ts';
import type { Cancellable, DialHandler, DialOptions } from '../../core/ports.ts';
import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  EADDRINUSE,
  EADDRNOTAVAIL,
  EINPROGRESS,
  EINTR,
  EINVAL,
  EPOLLERR,
  EPOLLET,
  EPOLLHUP,
  EPOLLIN,
  EPOLLOUT,
  EPOLLPRI,
  EPOLLRDHUP,
  IP_BIND_ADDRESS_NO_PORT,
  IPPROTO_IP,
  IPPROTO_TCP,
  SO_REUSEADDR,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SOL_SOCKET,
  TCP_QUICKACK,
} from './abi.ts';
import { closeSocket } from './calls.ts';
import { LinuxEndpoint } from './endpoint.ts';
import { errorName } from './errno.ts';
import type { Home, Thing } from './home.ts';
import { RANK, type Runnable, type Watcher } from './reactor.ts';
import { encodeAddress } from './sockaddr.ts';
import * as socket from './socket.ts';
import { applyOptions, int, makeTransparent } from './socket-options.ts';

/** Everything that a connected socket tells; each once. */
export const ALL_EVENTS = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLPRI | EPOLLET;

/** Addresses of one name that are tried, one after the other. */
const ADDRESSES_MAX = 8;

/** Looks a name up, all addresses in the order in which to try them, or tells the error's code. */
export type Lookup = (
  host: string,
  found: (error: string | null, addresses: readonly string[]) => void,
) => void;

/** The system's resolver (getaddrinfo(3)); it answers in a turn of Node's own loop. */
export const systemLookup: Lookup = (host, found) => {
  lookup(host, { all: true, order: 'verbatim' }, (error, addresses) => {
    found(error?.code ?? null, error === null ? addresses.map(({ address }) => address) : []);
  });
};

/** One attempt to connect. Whatever it finds, it tells later than in the call that made it. */
export class Dial implements Watcher, Runnable, Cancellable, Thing {
  readonly rank = RANK.CONNECT;
  slot = -1;
  readonly #home: Home;
  readonly #options: DialOptions;
  readonly #handler: DialHandler;
  readonly #resolve: Lookup;
  #target: Address;
  /** Addresses of the name that are left to be tried; null where it is none. */
  #left: string[] | null = null;
  #fd = -1;
  /** Why it failed, which is to be told; null = it did not so far. */
  #failure: string | null = null;
  /** The last attempt failed for its local port alone. */
  #isPortTaken = false;
  #hasBegun = false;
  #isOver = false;

  /** Begins at the end of this turn, together with all others of it (D-128). */
  constructor(home: Home, target: Address, options: DialOptions, handler: DialHandler, resolve: Lookup) {
    this.#home = home;
    this.#target = target;
    this.#options = options;
    this.#handler = handler;
    this.#resolve = resolve;
    home.reactor.soon(this);
  }

  #begin(): void {
    this.#hasBegun = true;
    const address = encodeAddress(this.#target);
    if (address !== null) {
      this.#connect(address);
      return;
    }
    const { host } = this.#target as Extract<Address, { kind: 'tcp' }>;
    this.#resolve(host, (error, addresses) => {
      if (this.#isOver) return;
      this.#left = addresses.slice(0, ADDRESSES_MAX);
      if (error !== null || addresses.length === 0) this.#fail(error ?? 'ENOTFOUND');
      else this.#tryNext('ENOTFOUND');
    });
  }

  cancel(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#home.gone(this);
    this.#drop();
  }

  destroy(): void {
    this.cancel();
  }

  /** From the reactor. A socket that cannot connect tells so by EPOLLERR or EPOLLHUP. */
  ready(events: number): void {
    if (this.#isOver) return;
    if ((events & (EPOLLERR | EPOLLHUP)) !== 0) {
      const code = socket.takeError(this.#home.system, this.#fd);
      // Connected and reset at once: what the peer sent before is still to be read.
      if (code !== null || (events & EPOLLOUT) === 0) {
        this.#tryNext(code ?? 'ECONNRESET');
        return;
      }
    }
    if ((events & EPOLLOUT) !== 0) this.#connected(events);
  }

  /** From the reactor: the beginning, and what was found out at once. */
  run(): void {
    if (this.#isOver) return;
    if (!this.#hasBegun) this.#begin();
    else if (this.#failure !== null) this.#tellFailure(this.#failure);
  }

  #tellFailure(code: string): void {
    const failure = dialFailure(code);
    this.#isOver = true;
    this.#home.gone(this);
    try {
      this.#handler.failed(failure);
    } catch (error) {
      this.#home.onObserverError(error);
    }
  }

  /** Where ports are to be taken by turns, one that is taken makes way for the next. */
  #connect(address: Uint8Array): void {
    const { sourcePorts: range } = this.#options;
    const turn = range === undefined || range === null ? null : this.#home.sourcePorts.take(range);
    this.#isPortTaken = false;
    let code = this.#attempt(address, turn?.next() ?? null);
    while (this.#isPortTaken && turn !== null) {
      const port = turn.next();
      if (port === null) break;
      this.#drop();
      this.#isPortTaken = false;
      code = this.#attempt(address, port);
    }
    if (code !== null) this.#tryNext(code);
  }

  /** Begins to connect, from a local port or any (null); the error's name where it cannot. */
  #attempt(address: Uint8Array, port: number | null): string | null {
    const { system, reactor } = this.#home;
    const code = this.#open(address, port);
    if (code !== null) return code;
    const result = system.connect(this.#fd, address);
    if (result < 0 && result !== -EINPROGRESS && result !== -EINTR) {
      this.#isPortTaken = result === -EADDRNOTAVAIL;
      return errorName(result);
    }
    const watched = reactor.watch(this.#fd, ALL_EVENTS, this);
    // One that is connected at once, as Unix sockets are, is told in the next turn like all others.
    return watched < 0 ? errorName(watched) : null;
  }

  /** A socket with its options, bound where it is to come from; the error's name where there is none to be had. */
  #open(address: Uint8Array, port: number | null): string | null {
    const { system, table } = this.#home;
    const family = this.#target.kind === 'unix' ? AF_UNIX : address.length > 16 ? AF_INET6 : AF_INET;
    const fd = table.opened(system.socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (fd < 0) return errorName(fd);
    this.#fd = fd;
    if (family === AF_UNIX) return null;
    applyOptions(system, fd, this.#options, false);
    const { source, speaksFirst } = this.#options;
    if (speaksFirst === true) system.setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, int(0));
    if (port !== null) return this.#bind(source ?? (family === AF_INET6 ? '::' : '0.0.0.0'), port, address);
    return source === undefined || source === null ? null : this.#bind(source, 0, address);
  }

  /**
   * Without a port of its own it is chosen by connect, so that one port of a source serves many backends. With one, sockets
   * that go elsewhere may have it as well (SO_REUSEADDR), and connect refuses it where this backend has it already.
   */
  #bind(source: string, port: number, address: Uint8Array): string | null {
    const { system } = this.#home;
    const from = encodeAddress({ kind: 'tcp', host: source, port });
    if (from === null || from.length !== address.length) return errorName(-EINVAL);
    if (this.#options.transparent === true) {
      const allowed = makeTransparent(system, this.#fd, from.length > 16);
      if (allowed < 0) return errorName(allowed);
    }
    if (port === 0) system.setsockopt(this.#fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, int(1));
    else system.setsockopt(this.#fd, SOL_SOCKET, SO_REUSEADDR, int(1));
    const bound = system.bind(this.#fd, from);
    this.#isPortTaken = port !== 0 && bound === -EADDRINUSE;
    return bound < 0 ? errorName(bound) : null;
  }

  #tryNext(code: string): void {
    this.#drop();
    const next = this.#left?.shift();
    if (next === undefined || this.#target.kind !== 'tcp') {
      this.#fail(code);
      return;
    }
    this.#target = { ...this.#target, host: next };
    const address = encodeAddress(this.#target);
    if (address === null) this.#tryNext(code);
    else this.#connect(address);
  }

  #fail(code: string): void {
    this.#failure = code;
    this.#home.reactor.soon(this);
  }

  #connected(events: number): void {
    this.#isOver = true;
    const { reactor } = this.#home;
    const endpoint = new LinuxEndpoint(this.#fd, null, this.#target, this.#home);
    reactor.handOver(this.#fd, endpoint);
    this.#home.opened(endpoint);
    this.#home.gone(this);
    try {
      this.#handler.connected(endpoint);
    } catch (error) {
      this.#home.onObserverError(error);
    }
    endpoint.ready(events & ~EPOLLOUT);
  }

  /** The kernel may have connected it already: a clean end would be a lie to the backend. */
  #drop(): void {
    if (this.#fd < 0) return;
    closeSocket(this.#home, this.#fd, this.#target.kind === 'tcp');
    this.#fd = -1;
  }
}
