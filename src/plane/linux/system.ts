/**
 * The system calls of the plane. Each returns what the call returns, or the error as a negative number (`-EAGAIN`), so
 * that no state is kept between a call and its error. None blocks but `epollWait`, none retries after EINTR, none throws.
 * `libc.ts` is the real one; tests have one that fails in every way it can.
 */
export interface System {
  socket(domain: number, type: number, protocol: number): number;
  bind(fd: number, address: Uint8Array): number;
  listen(fd: number, backlog: number): number;
  /** `length[0]`: in, the size of `address`; out, that of what was written there. */
  accept4(fd: number, address: Uint8Array, length: Int32Array, flags: number): number;
  connect(fd: number, address: Uint8Array): number;
  getsockname(fd: number, address: Uint8Array, length: Int32Array): number;
  setsockopt(fd: number, level: number, name: number, value: Uint8Array): number;
  getsockopt(fd: number, level: number, name: number, value: Uint8Array, length: Int32Array): number;
  shutdown(fd: number, how: number): number;
  recv(fd: number, into: Uint8Array, length: number, flags: number): number;
  send(fd: number, from: Uint8Array, length: number, flags: number): number;
  splice(from: number, to: number, length: number, flags: number): number;
  /** `ends[0]` is read from, `ends[1]` written to. */
  pipe2(ends: Int32Array, flags: number): number;
  fcntl(fd: number, command: number, argument: number): number;
  /** A request whose answer is one int. */
  ioctl(fd: number, request: number, answer: Int32Array): number;
  close(fd: number): number;
  eventfd(flags: number): number;
  read(fd: number, into: Uint8Array, length: number): number;
  write(fd: number, from: Uint8Array, length: number): number;
  epollCreate(flags: number): number;
  epollCtl(epoll: number, operation: number, fd: number, event: Uint8Array): number;
  /** Blocks for up to `timeoutMs`; 0 = not at all. */
  epollWait(epoll: number, events: Uint8Array, max: number, timeoutMs: number): number;
}
