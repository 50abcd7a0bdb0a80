import type { SocketOptions } from '../../core/ports.ts';
import {
  IP_TRANSPARENT,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPPROTO_TCP,
  IPV6_TRANSPARENT,
  SO_KEEPALIVE,
  SO_RCVBUF,
  SO_SNDBUF,
  SOL_SOCKET,
  TCP_KEEPIDLE,
  TCP_NODELAY,
  TCP_NOTSENT_LOWAT,
  TCP_USER_TIMEOUT,
} from './abi.ts';
import type { System } from './system.ts';

/**
 * Applies options to a TCP socket. On a socket that listens they are those of the clients it accepts from then on, who
 * inherit all of them (tcp(7)), so that accepting costs no call more. What the kernel refuses is left as it was.
 */
export function applyOptions(system: System, fd: number, options: SocketOptions, isListener: boolean): void {
  const set = (level: number, name: number, value: number): void => {
    system.setsockopt(fd, level, name, int(value));
  };
  if (options.noDelay || isListener) set(IPPROTO_TCP, TCP_NODELAY, options.noDelay ? 1 : 0);
  if (options.keepaliveMs > 0 || isListener) set(SOL_SOCKET, SO_KEEPALIVE, options.keepaliveMs > 0 ? 1 : 0);
  if (options.keepaliveMs > 0)
    set(IPPROTO_TCP, TCP_KEEPIDLE, Math.max(1, Math.round(options.keepaliveMs / 1000)));
  if (options.receiveBuffer > 0) set(SOL_SOCKET, SO_RCVBUF, options.receiveBuffer);
  if (options.sendBuffer > 0) set(SOL_SOCKET, SO_SNDBUF, options.sendBuffer);
  if (options.userTimeoutMs > 0) set(IPPROTO_TCP, TCP_USER_TIMEOUT, options.userTimeoutMs);
  if (options.notSentLowat > 0) set(IPPROTO_TCP, TCP_NOTSENT_LOWAT, options.notSentLowat);
}

/**
 * Lets a socket that is not bound yet be bound to an address that is not this machine's (ip(7)). EPERM without
 * CAP_NET_ADMIN or CAP_NET_RAW.
 */
export function makeTransparent(system: System, fd: number, isIpv6: boolean): number {
  return isIpv6
    ? system.setsockopt(fd, IPPROTO_IPV6, IPV6_TRANSPARENT, int(1))
    : system.setsockopt(fd, IPPROTO_IP, IP_TRANSPARENT, int(1));
}

/** An int as setsockopt takes it; valid until the next one is made. */
export function int(value: number): Uint8Array {
  number[0] = value;
  return bytes;
}

const number = new Int32Array(1);
const bytes = new Uint8Array(number.buffer);
