import {
  EAGAIN,
  ECONNABORTED,
  EINPROGRESS,
  EINTR,
  EINVAL,
  EMFILE,
  ENETUNREACH,
  ENFILE,
  ENOBUFS,
  ENOMEM,
  EPOLL_CTL_ADD,
  EPOLL_CTL_MOD,
  EPROTO,
  F_GETPIPE_SZ,
  F_SETPIPE_SZ,
  type Layout,
  MSG_PEEK,
  SIOCINQ,
  SIOCOUTQ,
} from '../../../src/plane/linux/abi.ts';
import { decodeAddress, encodeAddress } from '../../../src/plane/linux/sockaddr.ts';
import type { System } from '../../../src/plane/linux/system.ts';
import type { Random } from '../../../src/plane/memory/random.ts';
import { ByteRing } from './fake-bytes.ts';
import { FakeEpoll, type FakeFile } from './fake-epoll.ts';
import { EADDRNOTAVAIL, EBADF, EBUSY, ECONNREFUSED, ENOSPC, EPERM, Faults } from './fake-faults.ts';
import { getOption, setOption } from './fake-options.ts';
import type { FakePeer } from './fake-peer.ts';
import { FakePipe, PipeEnd } from './fake-pipe.ts';
import { FakeSocket } from './fake-socket.ts';
import { readFault, writeTo } from './fake-transfer.ts';

export interface FakeSizes {
  /** Of each queue of a socket, at most; each has a size of its own. */
  readonly queueBytesMax: number;
  readonly pipeBytes: number;
}

const SIZES: FakeSizes = { queueBytesMax: 4096, pipeBytes: 65_536 };
const HERE = encodeAddress({ kind: 'tcp', host: '127.0.0.1', port: 4000 })!;

/**
 * A kernel in memory, with sockets, pipes and epoll of Linux's semantics and failures by chance. What is wrong to do, it
 * writes down in `violations`, since who does it may not care: a descriptor that is not open, a pipe filled over bytes
 * that are not its own.
 */
export class FakeLibc implements System {
  readonly faults: Faults;
  readonly violations: string[] = [];
  readonly sockets: FakeSocket[] = [];
  /** Decides what becomes of a connect: the socket's methods, later; or a negative error now. */
  onConnect: (socket: FakeSocket, address: Uint8Array) => number = () => -ECONNREFUSED;
  /** Hosts that are not this machine's, and whether it may be bound to them all the same (CAP_NET_ADMIN). */
  readonly foreign = new Set<string>();
  isPrivileged = true;
  /** Options set, as `fd level name`. */
  readonly options: string[] = [];
  readonly #files: (FakeFile | undefined)[] = [undefined, undefined, undefined];
  readonly #random: Random;
  readonly #layout: Layout;
  readonly #sizes: FakeSizes;
  /** The lowest number that is given out next; for tests. */
  lowestFd = 3;

  constructor(random: Random, layout: Layout, sizes: Partial<FakeSizes> = {}) {
    this.#random = random;
    this.#layout = layout;
    this.#sizes = { ...SIZES, ...sizes };
    this.faults = new Faults(random);
  }

  get open(): number {
    return this.#files.filter((file) => file !== undefined).length;
  }

  fileOf(fd: number): FakeFile | undefined {
    return this.#files[fd];
  }

  newSocket(): FakeSocket {
    const size = (): number =>
      this.#random.int(Math.min(64, this.#sizes.queueBytesMax), this.#sizes.queueBytesMax);
    const socket = new FakeSocket(size(), size());
    this.sockets.push(socket);
    return socket;
  }

  arrive(listener: FakeSocket, socket: FakeSocket, peer: FakePeer): void {
    socket.connected(peer);
    listener.queue.push(socket);
    listener.wake(1);
  }

  step(): void {
    for (const socket of this.sockets) socket.tellOwed();
  }

  socket(): number {
    return this.faults.pick('socket', [EMFILE, ENFILE, ENOBUFS, ENOMEM]) || this.#open(this.newSocket());
  }

  bind(fd: number, address: Uint8Array): number {
    const socket = this.#socketOf(fd);
    const where = decodeAddress(address, address.length);
    const isForeign = where.kind === 'tcp' && this.foreign.has(where.host);
    if (isForeign && !socket.isTransparent) return -EADDRNOTAVAIL;
    socket.boundTo = where;
    return this.faults.pick('bind', [EADDRNOTAVAIL]);
  }

  listen(fd: number): number {
    this.#socketOf(fd).state = 'listening';
    return 0;
  }

  accept4(fd: number, address: Uint8Array, length: Int32Array): number {
    const { queue } = this.#socketOf(fd);
    const [first] = queue;
    if (first === undefined) return -EAGAIN;
    const kept = this.faults.pick('accept4', [EINTR, EAGAIN, EMFILE, ENFILE, ENOBUFS, ENOMEM]);
    if (kept !== 0) return kept;
    queue.shift();
    const lost = this.faults.pick('accept4', [ECONNABORTED, EPROTO, ENETUNREACH]);
    if (lost !== 0) {
      first.lingersZero = true;
      first.released();
      return lost;
    }
    this.#writeAddress(address, length, HERE);
    return this.#open(first);
  }

  connect(fd: number, address: Uint8Array): number {
    const socket = this.#socketOf(fd);
    const failed = this.faults.pick('connect', [EADDRNOTAVAIL, ENETUNREACH, ECONNREFUSED]);
    if (failed !== 0) return failed;
    socket.state = 'connecting';
    const result = this.onConnect(socket, address);
    if (result < 0) return result;
    return socket.state === 'connecting' ? this.faults.pick('connect', [EINTR]) || -EINPROGRESS : 0;
  }

  getsockname(fd: number, address: Uint8Array, length: Int32Array): number {
    const { local } = this.#socketOf(fd);
    this.#writeAddress(address, length, local === null ? HERE : encodeAddress(local)!);
    return 0;
  }

  setsockopt(fd: number, level: number, name: number, value: Uint8Array): number {
    const file = this.#files[fd];
    if (file === undefined) return this.#bad(fd, 'setsockopt');
    this.options.push(`${fd} ${level} ${name}`);
    return file instanceof FakeSocket ? setOption(file, level, name, value, this.isPrivileged) : 0;
  }

  getsockopt(fd: number, level: number, name: number, value: Uint8Array, length: Int32Array): number {
    return getOption(this.#socketOf(fd), level, name, value, length);
  }

  shutdown(fd: number): number {
    return this.#socketOf(fd).shutdownWrites();
  }

  recv(fd: number, into: Uint8Array, length: number, flags: number): number {
    const socket = this.#socketOf(fd);
    // Dropping what a look has shown cannot fail.
    if (socket.shown >= length && (flags & MSG_PEEK) === 0) return socket.read(into, length, flags);
    const failed = readFault(this.faults, socket, 'recv', [EINTR, ENOBUFS, ENOMEM]);
    if (failed !== 0) return failed;
    // What comes while a read runs is told by an edge of its own.
    const isLate = socket.isQuiet && socket.receive.size > 1 && socket.shown === 0;
    const most = isLate ? this.faults.short(Math.min(length, socket.receive.size)) : length;
    if (most < length) socket.owesIn = true;
    return socket.read(into, most, flags);
  }

  send(fd: number, from: Uint8Array, length: number): number {
    const socket = this.#socketOf(fd);
    return writeTo(this.faults, socket, 'send', length, (count) => {
      socket.send.push(from.subarray(0, count));
    });
  }

  splice(from: number, to: number, length: number): number {
    const [source, target] = [this.#files[from], this.#files[to]];
    if (source instanceof FakeSocket && target instanceof PipeEnd && target.isWriteEnd) {
      const { bytes } = target.pipe;
      if (bytes.size > 0) this.violations.push('a pipe is filled that was not empty');
      const failed = readFault(this.faults, source, 'splice', [EINTR, ENOMEM, EINVAL]);
      return failed !== 0 ? failed : source.moveTo(bytes, this.faults.short(length));
    }
    if (source instanceof PipeEnd && !source.isWriteEnd && target instanceof FakeSocket) {
      const { bytes } = source.pipe;
      const count = Math.min(length, bytes.size);
      if (count === 0) return -EAGAIN;
      return writeTo(this.faults, target, 'splice', count, (moved) => target.send.push(bytes.take(moved)));
    }
    return this.#bad(from, `splice to ${to}`);
  }

  pipe2(ends: Int32Array): number {
    const failed = this.faults.pick('pipe2', [EMFILE, ENFILE]);
    if (failed !== 0) return failed;
    const pipe = new FakePipe(this.#sizes.pipeBytes);
    ends[0] = this.#open(pipe.readEnd);
    ends[1] = this.#open(pipe.writeEnd);
    return 0;
  }

  fcntl(fd: number, command: number, argument: number): number {
    const file = this.#files[fd];
    if (!(file instanceof PipeEnd)) return this.#bad(fd, 'fcntl');
    if (command === F_GETPIPE_SZ) return file.pipe.bytes.capacity;
    if (command !== F_SETPIPE_SZ) return -EINVAL;
    const failed = this.faults.pick('F_SETPIPE_SZ', [EPERM, EBUSY, ENOMEM]);
    if (failed === 0) file.pipe.bytes = new ByteRing(argument);
    return failed === 0 ? argument : failed;
  }

  ioctl(fd: number, request: number, answer: Int32Array): number {
    const socket = this.#socketOf(fd);
    if (request !== SIOCOUTQ && request !== SIOCINQ) return -EINVAL;
    answer[0] = request === SIOCOUTQ ? socket.unacknowledged : socket.receive.size;
    return 0;
  }

  close(fd: number): number {
    const file = this.#files[fd];
    if (file === undefined) return this.#bad(fd, 'close');
    this.#files[fd] = undefined;
    for (const epoll of [...file.watches.keys()]) epoll.remove(file);
    file.released();
    return this.faults.pick('close', [EINTR]);
  }

  readonly eventfd = (): number => -EMFILE;
  readonly read = (): number => -EBADF;
  readonly write = (): number => -EBADF;

  epollCreate(): number {
    return this.#open(new FakeEpoll());
  }

  epollCtl(epoll: number, operation: number, fd: number, event: Uint8Array): number {
    const [set, file] = [this.#files[epoll], this.#files[fd]];
    if (!(set instanceof FakeEpoll) || file === undefined) return this.#bad(fd, 'epoll_ctl');
    const { epollEvent } = this.#layout;
    const view = new DataView(event.buffer, event.byteOffset);
    const events = view.getUint32(epollEvent.events, true);
    const data = event.slice(epollEvent.data, epollEvent.data + 8);
    if (operation === EPOLL_CTL_ADD) {
      const failed = this.faults.pick('epoll_ctl', [ENOMEM, ENOSPC]);
      if (failed !== 0) return failed;
      set.add(file, events, data);
    } else if (operation === EPOLL_CTL_MOD) set.modify(file, events, data);
    else set.remove(file);
    return 0;
  }

  epollWait(epoll: number, events: Uint8Array, max: number, _timeoutMs?: number): number {
    const set = this.#files[epoll];
    if (!(set instanceof FakeEpoll)) return this.#bad(epoll, 'epoll_wait');
    return this.faults.pick('epoll_wait', [EINTR]) || set.wait(events, max, this.#layout, this.#random);
  }

  #open(file: FakeFile): number {
    let fd = this.lowestFd;
    while (this.#files[fd] !== undefined) fd++;
    this.#files[fd] = file;
    return fd;
  }

  #socketOf(fd: number): FakeSocket {
    const file = this.#files[fd];
    if (file instanceof FakeSocket) return file;
    this.#bad(fd, 'a call of sockets');
    throw new Error(`descriptor ${fd} is no socket`);
  }

  #bad(fd: number, call: string): number {
    this.violations.push(`${call}: descriptor ${fd} is not what it takes for one`);
    return -EBADF;
  }

  #writeAddress(address: Uint8Array, length: Int32Array, what: Uint8Array): void {
    address.set(what);
    length[0] = what.length;
  }
}
