import { unlinkSync } from 'node:fs';
import { type Address, formatAddress } from '../../core/address.ts';
import type {
  Cancellable,
  ListenHandler,
  Listening,
  ListenOptions,
  Sharing,
  SocketOptions,
} from '../../core/ports.ts';
import {
  EAGAIN,
  ECONNABORTED,
  EINTR,
  EMFILE,
  ENFILE,
  ENOBUFS,
  ENOMEM,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCKADDR_UN_BYTES,
} from './abi.ts';
import { bindListener } from './bind.ts';
import { closeSocket } from './calls.ts';
import { ALL_EVENTS } from './dial.ts';
import { LinuxEndpoint } from './endpoint.ts';
import { errorName, systemError } from './errno.ts';
import type { Home, Thing } from './home.ts';
import { RANK, READABLE, type Watcher } from './reactor.ts';
import { decodeAddress } from './sockaddr.ts';
import * as socket from './socket.ts';
import { applyOptions } from './socket-options.ts';

/** Clients accepted from one listener before the others have their turn. */
const BATCH_MAX = 64;

/** Clients accepted one after the other before the first is handed over (D-128): far fewer than the descriptors that are kept free. */
const ACCEPTS_AT_ONCE = 8;

/** However many clients go on coming, a closing listener takes no more than these. */
const LAST_ACCEPTS_MAX = 10_000;

/** Pause of a listener for which the system had no descriptor or no memory. */
const SHORTAGE_MS = 100;

const address = new Uint8Array(SOCKADDR_UN_BYTES);
const length = new Int32Array(1);

/** A client that is accepted and not handed over yet. It counts as open. */
class Arrival implements Thing {
  slot = -1;
  readonly fd: number;
  readonly peer: Address;
  readonly #home: Home;
  #isTaken = false;

  constructor(home: Home, fd: number, peer: Address) {
    this.#home = home;
    this.fd = fd;
    this.peer = peer;
    home.opened(this);
  }

  /** The descriptor is the caller's from here on; false where it is closed already. */
  take(): boolean {
    if (this.#isTaken) return false;
    this.#isTaken = true;
    this.#home.gone(this);
    return true;
  }

  destroy(): void {
    if (this.take()) closeSocket(this.#home, this.fd, this.peer.kind === 'tcp');
  }
}

/** A socket that listens, told by epoll for as long as somebody waits. */
export class LinuxListening implements Listening, Watcher {
  readonly rank = RANK.ACCEPT;
  readonly address: Address;
  readonly #fd: number;
  readonly #home: Home;
  readonly #handler: ListenHandler;
  readonly #stopped: (listening: LinuxListening) => void;
  /** Where every client arrives at the same address, that; null where each has to be asked. */
  readonly #local: Address | null;
  /** Accepted and not handed over yet. */
  readonly #arrived: Arrival[] = [];
  #isStopped = false;
  #pause: Cancellable | null = null;

  /** Throws the system's error where the address cannot be bound. */
  constructor(
    home: Home,
    where: Address,
    options: ListenOptions,
    sharing: Sharing,
    handler: ListenHandler,
    stopped: (listening: LinuxListening) => void,
  ) {
    this.#home = home;
    this.#handler = handler;
    this.#stopped = stopped;
    this.#fd = bindListener(home, where, options, sharing);
    this.address = where.kind === 'unix' ? where : socket.localAddress(home.system, this.#fd, where);
    this.#local = isWildcard(this.address) || options.transparent === true ? null : this.address;
    const watched = home.reactor.watch(this.#fd, READABLE, this);
    if (watched >= 0) return;
    home.table.close(this.#fd);
    if (where.kind === 'unix') removePath(where.path);
    throw systemError('epoll_ctl', watched, formatAddress(where));
  }

  setOptions(options: SocketOptions): void {
    if (!this.#isStopped && this.address.kind === 'tcp')
      applyOptions(this.#home.system, this.#fd, options, true);
  }

  /** From the reactor. */
  ready(): void {
    for (let count = 0; count < BATCH_MAX && !this.#isStopped; count += ACCEPTS_AT_ONCE)
      if (!this.#accept()) return;
  }

  async close(): Promise<void> {
    for (let count = 0; count < LAST_ACCEPTS_MAX && !this.#isStopped; count += ACCEPTS_AT_ONCE)
      if (!this.#accept()) break;
    this.stop();
  }

  /** Stops listening now; who waits in the queue is reset. */
  stop(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#pause?.cancel();
    for (const arrival of this.#arrived.splice(0)) arrival.destroy();
    this.#home.reactor.forget(this.#fd);
    this.#home.table.close(this.#fd);
    if (this.address.kind === 'unix') removePath(this.address.path);
    this.#stopped(this);
  }

  /** Accepts a few, then hands them over, in order; whether to go on. */
  #accept(): boolean {
    let goesOn = true;
    for (let count = 0; count < ACCEPTS_AT_ONCE && goesOn; count++) goesOn = this.#acceptOne();
    for (let next = this.#arrived.shift(); next !== undefined; next = this.#arrived.shift())
      if (next.take()) this.#handOver(next.fd, next.peer);
    return goesOn;
  }

  #acceptOne(): boolean {
    const { system, table } = this.#home;
    length[0] = address.length;
    const result = table.opened(system.accept4(this.#fd, address, length, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (result >= 0) {
      this.#arrived.push(new Arrival(this.#home, result, decodeAddress(address, length[0]!)));
      return true;
    }
    switch (-result) {
      case EAGAIN:
        return false;
      case EINTR:
        return true;
      case ECONNABORTED:
        this.#guard(() => this.#handler.gone?.());
        return true;
      case EMFILE:
      case ENFILE:
      case ENOBUFS:
      case ENOMEM:
        this.#rest();
        this.#guard(() => this.#handler.failed(errorName(result)));
        return false;
      default:
        // accept(2): errors of the network that already wait on the new socket are those of that client alone.
        this.#guard(() => this.#handler.gone?.());
        return true;
    }
  }

  #handOver(fd: number, peer: Address): void {
    const { system, reactor } = this.#home;
    const local = this.#local ?? socket.localAddress(system, fd, this.address);
    const endpoint = new LinuxEndpoint(fd, local, peer, this.#home);
    const watched = reactor.watch(fd, ALL_EVENTS, endpoint);
    if (watched < 0) {
      closeSocket(this.#home, fd, peer.kind === 'tcp');
      this.#guard(() => this.#handler.failed(errorName(watched)));
      return;
    }
    this.#home.opened(endpoint);
    try {
      this.#handler.accept(endpoint);
    } catch (error) {
      this.#home.onObserverError(error);
    }
  }

  /** Clients stay in the queue meanwhile; asked again at once, epoll would say the same without end. */
  #rest(): void {
    if (this.#pause !== null) return;
    const { reactor } = this.#home;
    reactor.change(this.#fd, 0);
    this.#pause = reactor.after(SHORTAGE_MS, () => {
      this.#pause = null;
      if (!this.#isStopped) reactor.change(this.#fd, READABLE);
    });
  }

  #guard(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#home.onObserverError(error);
    }
  }
}

function isWildcard(where: Address): boolean {
  return where.kind === 'tcp' && (where.host === '::' || where.host === '0.0.0.0' || where.host === '::0');
}

function removePath(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Somebody else has removed it, or may: there is nobody who could do anything about it.
  }
}
