import type { Address } from '../core/address.ts';
import { parseIp, unmap } from '../core/cidr.ts';
import { formatIp } from '../core/format-ip.ts';
import { fromUtf8, latin1, uint16, utf8 } from './bytes.ts';

export const FAMILY = { unspec: 0, ipv4: 1, ipv6: 2, unix: 3 } as const;

const UNIX_BYTES = 108;
const PORTS_BYTES = 4;
const IPV4_BYTES = 4;
const IPV6_BYTES = 16;

/** How long the addresses and ports of each family are, by its number. proxy-protocol.txt, 2.2. */
export const ADDRESSES_BYTES = [
  0,
  2 * IPV4_BYTES + PORTS_BYTES,
  2 * IPV6_BYTES + PORTS_BYTES,
  2 * UNIX_BYTES,
] as const;

export interface AddressPair {
  readonly source: Address;
  readonly destination: Address;
}

/** Reads the addresses of a family other than UNSPEC, all of which are there. */
export function readAddresses(bytes: Uint8Array, at: number, family: number): AddressPair {
  if (family === FAMILY.unix)
    return { source: unixAt(bytes, at), destination: unixAt(bytes, at + UNIX_BYTES) };
  const size = family === FAMILY.ipv4 ? IPV4_BYTES : IPV6_BYTES;
  const ports = at + 2 * size;
  return {
    source: { kind: 'tcp', host: hostAt(bytes, at, size), port: uint16(bytes, ports) },
    destination: { kind: 'tcp', host: hostAt(bytes, at + size, size), port: uint16(bytes, ports + 2) },
  };
}

function hostAt(bytes: Uint8Array, at: number, size: number): string {
  return formatIp(unmap(Array.from(bytes.subarray(at, at + size))));
}

/**
 * A path ends before its first NUL. A name in the abstract namespace begins with one, and loses those at its end, since
 * the field does not say how long it is. What is no UTF-8 is taken one character a byte.
 */
function unixAt(bytes: Uint8Array, at: number): Address {
  let end = at + UNIX_BYTES;
  if (bytes[at] === 0) while (end > at && bytes[end - 1] === 0) end--;
  else {
    const nul = bytes.subarray(at, end).indexOf(0);
    if (nul >= 0) end = at + nul;
  }
  return { kind: 'unix', path: utf8(bytes, at, end) ?? latin1(bytes, at, end) };
}

/** The two as version 2 sends them; null where they have no common family, or one is a host name or too long a path. */
export function writeAddresses(
  source: Address | null,
  destination: Address | null,
): { readonly family: number; readonly bytes: Uint8Array } | null {
  if (source?.kind === 'unix' && destination?.kind === 'unix')
    return writeUnix(source.path, destination.path);
  const pair = ipPair(source, destination);
  if (pair === null) return null;
  const bytes = Uint8Array.from([
    ...pair.source,
    ...pair.destination,
    ...[pair.sourcePort, pair.destinationPort].flatMap((port) => [port >> 8, port & 0xff]),
  ]);
  return { family: pair.source.length === IPV4_BYTES ? FAMILY.ipv4 : FAMILY.ipv6, bytes };
}

function writeUnix(source: string, destination: string) {
  const bytes = new Uint8Array(2 * UNIX_BYTES);
  const paths = [fromUtf8(source), fromUtf8(destination)];
  if (paths.some((path) => path.length > UNIX_BYTES)) return null;
  for (const [index, path] of paths.entries()) bytes.set(path, index * UNIX_BYTES);
  return { family: FAMILY.unix, bytes };
}

export interface IpPair {
  /** 4 or 16 bytes, as many as `destination` has. */
  readonly source: readonly number[];
  readonly destination: readonly number[];
  readonly sourcePort: number;
  readonly destinationPort: number;
}

/**
 * Two TCP addresses in one family: IPv4 where both are, or map, IPv4; else IPv6, with an IPv4 one mapped
 * (RFC 4291, 2.5.5.2). Zones (`%eth0`) are left out. null where one is missing, no TCP address, or a host name.
 */
export function ipPair(source: Address | null, destination: Address | null): IpPair | null {
  if (source?.kind !== 'tcp' || destination?.kind !== 'tcp') return null;
  const [from, to] = [parseIp(source.host), parseIp(destination.host)];
  if (from === null || to === null) return null;
  const ports = { sourcePort: source.port, destinationPort: destination.port };
  const [plainFrom, plainTo] = [unmap(from), unmap(to)];
  if (plainFrom.length === plainTo.length) return { source: plainFrom, destination: plainTo, ...ports };
  return { source: mapped(plainFrom), destination: mapped(plainTo), ...ports };
}

function mapped(bytes: readonly number[]): readonly number[] {
  return bytes.length === IPV6_BYTES ? bytes : [...new Array<number>(10).fill(0), 255, 255, ...bytes];
}
