import { networkInterfaces } from 'node:os';
import { type Address, UNIX_PATH_BYTES_MAX } from '../../core/address.ts';
import { parseIp } from '../../core/cidr.ts';
import { AF_INET, AF_INET6, AF_UNIX, SOCKADDR_IN_BYTES, SOCKADDR_IN6_BYTES } from './abi.ts';

const LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** The structure that bind and connect take (ip(7), ipv6(7), unix(7)); null where the host is a name. Not to be changed. */
export function encodeAddress(address: Address): Uint8Array | null {
  let encoded = known.get(address);
  if (encoded === undefined) {
    encoded = encode(address);
    // A zone is the number of an interface, which may become another's.
    if (address.kind === 'unix' || !address.host.includes('%')) known.set(address, encoded);
  }
  return encoded;
}

/** Backends are dialed over and over by the address of one plan. */
const known = new WeakMap<Address, Uint8Array | null>();

function encode(address: Address): Uint8Array | null {
  if (address.kind === 'unix') return encodePath(address.path);
  const zone = address.host.indexOf('%');
  const bytes = parseIp(address.host);
  if (bytes === null) return null;
  if (bytes.length === 4) {
    const out = new Uint8Array(SOCKADDR_IN_BYTES);
    writeHead(out, AF_INET, address.port);
    out.set(bytes, 4);
    return out;
  }
  const out = new Uint8Array(SOCKADDR_IN6_BYTES);
  writeHead(out, AF_INET6, address.port);
  out.set(bytes, 8);
  if (zone >= 0) new DataView(out.buffer).setUint32(24, scopeId(address.host.slice(zone + 1)), LITTLE_ENDIAN);
  return out;
}

/** The address in a structure of `length` bytes, as node:net would show it; a Unix socket without a name has the path ''. */
export function decodeAddress(bytes: Uint8Array, length: number): Address {
  const family =
    length < 2 ? AF_UNIX : LITTLE_ENDIAN ? bytes[0]! | (bytes[1]! << 8) : (bytes[0]! << 8) | bytes[1]!;
  const port = (bytes[2]! << 8) | bytes[3]!;
  if (family === AF_INET)
    return { kind: 'tcp', host: `${bytes[4]}.${bytes[5]}.${bytes[6]}.${bytes[7]}`, port };
  if (family === AF_INET6) return { kind: 'tcp', host: formatIpv6(bytes.subarray(8, 24)), port };
  const end = bytes.subarray(2, length).indexOf(0);
  const path = bytes.subarray(2, end < 0 ? length : 2 + end);
  return { kind: 'unix', path: new TextDecoder().decode(path) };
}

/** Canonical text (RFC 5952); an IPv4-mapped address ends in dots. */
export function formatIpv6(bytes: Uint8Array): string {
  const words = Array.from({ length: 8 }, (_, i) => (bytes[2 * i]! << 8) | bytes[2 * i + 1]!);
  if (words.slice(0, 5).every((word) => word === 0) && words[5] === 0xffff)
    return `::ffff:${bytes[12]}.${bytes[13]}.${bytes[14]}.${bytes[15]}`;
  const { start, length } = longestZeros(words);
  const hex = (from: number, to: number): string =>
    words
      .slice(from, to)
      .map((word) => word.toString(16))
      .join(':');
  return length < 2 ? hex(0, 8) : `${hex(0, start)}::${hex(start + length, 8)}`;
}

function longestZeros(words: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < words.length; start++) {
    let length = 0;
    while (words[start + length] === 0) length++;
    if (length > best.length) best = { start, length };
  }
  return best;
}

function encodePath(path: string): Uint8Array {
  const bytes = new TextEncoder().encode(path);
  if (bytes.length > UNIX_PATH_BYTES_MAX) throw new RangeError(`a path of ${bytes.length} bytes`);
  const out = new Uint8Array(2 + bytes.length + 1);
  writeHead(out, AF_UNIX, 0);
  out.set(bytes, 2);
  return out;
}

function writeHead(out: Uint8Array, family: number, port: number): void {
  out[LITTLE_ENDIAN ? 0 : 1] = family;
  if (family === AF_UNIX) return;
  out[2] = port >> 8;
  out[3] = port & 0xff;
}

/** Of an interface by name or number; 0 = none of that name. */
function scopeId(zone: string): number {
  if (/^\d+$/.test(zone)) return Number(zone);
  for (const address of networkInterfaces()[zone] ?? [])
    if ('scopeid' in address) return address.scopeid ?? 0;
  return 0;
}
