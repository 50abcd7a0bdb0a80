import type { Address } from '../../core/address.ts';
import type { TcpInfo } from '../../core/ports.ts';
import {
  IP6T_SO_ORIGINAL_DST,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPPROTO_TCP,
  LINGER_RESET,
  SIOCINQ,
  SIOCOUTQ,
  SO_ERROR,
  SO_LINGER,
  SO_ORIGINAL_DST,
  SOCKADDR_UN_BYTES,
  SOL_SOCKET,
  TCP_INFO,
  TCP_INFO_BYTES,
  TCP_INFO_OFFSETS,
} from './abi.ts';
import { errorName } from './errno.ts';
import { decodeAddress } from './sockaddr.ts';
import type { System } from './system.ts';

/** Scratch space of this thread: each use is over before the next begins. */
const address = new Uint8Array(SOCKADDR_UN_BYTES);
const length = new Int32Array(1);
const number = new Int32Array(1);
const numberBytes = new Uint8Array(number.buffer);
const info = new Uint8Array(TCP_INFO_BYTES);
const infoView = new DataView(info.buffer);

/** Where a socket is bound; `fallback` where the system does not say. */
export function localAddress(system: System, fd: number, fallback: Address): Address {
  length[0] = address.length;
  if (system.getsockname(fd, address, length) < 0) return fallback;
  return decodeAddress(address, Math.min(length[0]!, address.length));
}

/** Where a connection was meant to go before netfilter redirected it; null where it was not. */
export function originalDestination(system: System, fd: number, local: Address): Address | null {
  if (local.kind !== 'tcp') return null;
  const isMapped = local.host.startsWith('::ffff:');
  const [level, name] =
    local.host.includes(':') && !isMapped
      ? [IPPROTO_IPV6, IP6T_SO_ORIGINAL_DST]
      : [IPPROTO_IP, SO_ORIGINAL_DST];
  length[0] = address.length;
  if (system.getsockopt(fd, level, name, address, length) < 0) return null;
  const wanted = decodeAddress(address, length[0]!);
  if (wanted.kind !== 'tcp') return null;
  const own = isMapped ? local.host.slice('::ffff:'.length) : local.host;
  return wanted.host === own && wanted.port === local.port ? null : wanted;
}

/** The error that waits in a socket, which is taken out of it; null = none. */
export function takeError(system: System, fd: number): string | null {
  length[0] = 4;
  number[0] = 0;
  const result = system.getsockopt(fd, SOL_SOCKET, SO_ERROR, numberBytes, length);
  if (result < 0) return errorName(result);
  return number[0] === 0 ? null : errorName(-number[0]!);
}

/** Bytes that the peer has not acknowledged; 0 where the system does not say. */
export function sendQueue(system: System, fd: number): number {
  return ask(system, fd, SIOCOUTQ);
}

/** Bytes that have come and were not read; 0 where the system does not say. */
export function receiveQueue(system: System, fd: number): number {
  return ask(system, fd, SIOCINQ);
}

function ask(system: System, fd: number, request: number): number {
  number[0] = 0;
  return system.ioctl(fd, request, number) < 0 ? 0 : number[0]!;
}

/** close() sends a RST from now on. */
export function lingerZero(system: System, fd: number): void {
  system.setsockopt(fd, SOL_SOCKET, SO_LINGER, LINGER_RESET);
}

/** What the kernel knows of a TCP socket; null where it does not say. Older kernels say less: 0 stands for that. */
export function tcpInfo(system: System, fd: number): TcpInfo | null {
  length[0] = info.length;
  if (system.getsockopt(fd, IPPROTO_TCP, TCP_INFO, info, length) < 0) return null;
  if (length[0]! < info.length) info.fill(0, length[0]);
  const { rtt, rttvar, totalRetrans, deliveryRate } = TCP_INFO_OFFSETS;
  return {
    rttUs: infoView.getUint32(rtt, true),
    rttVarUs: infoView.getUint32(rttvar, true),
    retransmits: infoView.getUint32(totalRetrans, true),
    deliveryRate:
      infoView.getUint32(deliveryRate, true) + infoView.getUint32(deliveryRate + 4, true) * 2 ** 32,
  };
}
