/**
 * The one file that calls C. What can go wrong here goes wrong without a JavaScript error, so each call's contract:
 * pointers are those of typed arrays that live at least until the call returns; lengths never exceed the arrays' (the
 * callers pass `array.length`, or a number that was returned for it); nothing keeps a pointer after its call but epoll,
 * which keeps numbers only. Descriptors are non-blocking, so that only `epollWait` blocks, for the time it is given.
 * Where koffi or the C library cannot be loaded, `loadLibc` says why, and listeners are served by the net plane.
 */
import { createRequire } from 'node:module';
import type koffiTypes from 'koffi';
import { LAYOUTS } from './abi.ts';
import type { System } from './system.ts';

type Call = (...args: readonly unknown[]) => number;

/** glibc's name, then musl's. */
const LIBRARIES = ['libc.so.6', 'libc.musl-x86_64.so.1', 'libc.musl-aarch64.so.1'];

/** The C library, or in words why there is none for this plane. One is made for each thread, and kept. */
export function loadLibc(): { readonly system: System; readonly what: string } | string {
  loaded ??= load();
  return loaded;
}

let loaded: ReturnType<typeof load> | null = null;

function load(): { readonly system: System; readonly what: string } | string {
  if (process.platform !== 'linux') return `${process.platform} has no epoll`;
  if (LAYOUTS[process.arch] === undefined)
    return `the layouts of ${process.arch} are not known, those of ${Object.keys(LAYOUTS).join(' and ')} are`;
  let koffi: typeof koffiTypes;
  try {
    koffi = createRequire(import.meta.url)('koffi') as typeof koffiTypes;
  } catch (error) {
    return `the optional package koffi cannot be loaded: ${(error as Error).message.split('\n', 1)[0]}`;
  }
  const problems: string[] = [];
  for (const library of LIBRARIES) {
    try {
      const system = bindAll(koffi, koffi.load(library));
      return { system, what: `${library} by koffi ${koffi.version} on ${process.platform} ${process.arch}` };
    } catch (error) {
      problems.push((error as Error).message.split('\n', 1)[0] as string);
    }
  }
  return `no C library can be loaded: ${problems[0]}`;
}

function bindAll(koffi: typeof koffiTypes, library: ReturnType<typeof koffiTypes.load>): System {
  const { errno } = koffi;
  const of = (prototype: string): Call => library.func(prototype) as unknown as Call;
  const c = {
    socket: of('int socket(int, int, int)'),
    bind: of('int bind(int, void *, uint)'),
    listen: of('int listen(int, int)'),
    accept4: of('int accept4(int, void *, void *, int)'),
    connect: of('int connect(int, void *, uint)'),
    getsockname: of('int getsockname(int, void *, void *)'),
    setsockopt: of('int setsockopt(int, int, int, void *, uint)'),
    getsockopt: of('int getsockopt(int, int, int, void *, void *)'),
    shutdown: of('int shutdown(int, int)'),
    recv: of('long recv(int, void *, size_t, int)'),
    send: of('long send(int, void *, size_t, int)'),
    splice: of('long splice(int, void *, int, void *, size_t, uint)'),
    pipe2: of('int pipe2(void *, int)'),
    fcntl: of('int fcntl(int, int, ...)'),
    ioctl: of('int ioctl(int, ulong, ...)'),
    close: of('int close(int)'),
    eventfd: of('int eventfd(uint, int)'),
    read: of('long read(int, void *, size_t)'),
    write: of('long write(int, void *, size_t)'),
    epollCreate: of('int epoll_create1(int)'),
    epollCtl: of('int epoll_ctl(int, int, int, void *)'),
    epollWait: of('int epoll_wait(int, void *, int, int)'),
  };
  /** An int comes as a number; a long as well, below 2^53. */
  const settle = (result: number): number => (result === -1 ? -errno() : result);
  return {
    socket: (domain, type, protocol) => settle(c.socket(domain, type, protocol)),
    bind: (fd, address) => settle(c.bind(fd, address, address.length)),
    listen: (fd, backlog) => settle(c.listen(fd, backlog)),
    accept4: (fd, address, length, flags) => settle(c.accept4(fd, address, length, flags)),
    connect: (fd, address) => settle(c.connect(fd, address, address.length)),
    getsockname: (fd, address, length) => settle(c.getsockname(fd, address, length)),
    setsockopt: (fd, level, name, value) => settle(c.setsockopt(fd, level, name, value, value.length)),
    getsockopt: (fd, level, name, value, length) => settle(c.getsockopt(fd, level, name, value, length)),
    shutdown: (fd, how) => settle(c.shutdown(fd, how)),
    recv: (fd, into, length, flags) => settle(c.recv(fd, into, length, flags)),
    send: (fd, from, length, flags) => settle(c.send(fd, from, length, flags)),
    splice: (from, to, length, flags) => settle(c.splice(from, null, to, null, length, flags)),
    pipe2: (ends, flags) => settle(c.pipe2(ends, flags)),
    fcntl: (fd, command, argument) => settle(c.fcntl(fd, command, 'int', argument)),
    ioctl: (fd, request, answer) => settle(c.ioctl(fd, request, 'void *', answer)),
    close: (fd) => settle(c.close(fd)),
    eventfd: (flags) => settle(c.eventfd(0, flags)),
    read: (fd, into, length) => settle(c.read(fd, into, length)),
    write: (fd, from, length) => settle(c.write(fd, from, length)),
    epollCreate: (flags) => settle(c.epollCreate(flags)),
    epollCtl: (epoll, operation, fd, event) => settle(c.epollCtl(epoll, operation, fd, event)),
    epollWait: (epoll, events, max, timeoutMs) => settle(c.epollWait(epoll, events, max, timeoutMs)),
  };
}
