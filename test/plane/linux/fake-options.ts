import type { Address } from '../../../src/core/address.ts';
import {
  IP_TRANSPARENT,
  IP6T_SO_ORIGINAL_DST,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPV6_TRANSPARENT,
  SO_ERROR,
  SO_LINGER,
  SO_ORIGINAL_DST,
  SOL_SOCKET,
  TCP_INFO,
} from '../../../src/plane/linux/abi.ts';
import { encodeAddress } from '../../../src/plane/linux/sockaddr.ts';
import { ENOENT, ENOPROTOOPT, EPERM } from './fake-faults.ts';
import type { FakeSocket } from './fake-socket.ts';

/** setsockopt(2) of what matters to a socket here; anything else is taken and forgotten. */
export function setOption(
  socket: FakeSocket,
  level: number,
  name: number,
  value: Uint8Array,
  isPrivileged: boolean,
): number {
  if (level === SOL_SOCKET && name === SO_LINGER) socket.lingersZero = value[0] === 1;
  const isTransparent =
    (level === IPPROTO_IP && name === IP_TRANSPARENT) ||
    (level === IPPROTO_IPV6 && name === IPV6_TRANSPARENT);
  if (!isTransparent) return 0;
  if (!isPrivileged) return -EPERM;
  socket.isTransparent = value[0] === 1;
  return 0;
}

/** getsockopt(2). netfilter knows the original destination of an IPv4 client by the option of IPv4 alone, also on an IPv6 socket. */
export function getOption(
  socket: FakeSocket,
  level: number,
  name: number,
  value: Uint8Array,
  length: Int32Array,
): number {
  if (level === SOL_SOCKET && name === SO_ERROR) {
    new DataView(value.buffer, value.byteOffset).setInt32(0, socket.takeError(), true);
    return 0;
  }
  if (level === IPPROTO_IP && name === SO_ORIGINAL_DST) return original(socket.original, 16, value, length);
  if (level === IPPROTO_IPV6 && name === IP6T_SO_ORIGINAL_DST)
    return original(socket.original, 28, value, length);
  return name === TCP_INFO ? 0 : -ENOPROTOOPT;
}

function original(wanted: Address | null, bytes: number, value: Uint8Array, length: Int32Array): number {
  const encoded = wanted === null ? null : encodeAddress(wanted);
  if (encoded?.length !== bytes) return -ENOENT;
  value.set(encoded);
  length[0] = bytes;
  return 0;
}
