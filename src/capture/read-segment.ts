import type { Packet } from './caught.ts';
import { ACK, FIN, RST, SYN } from './segment.ts';

/** A TCP segment: from where to where, and what is in it. */
export interface CaughtSegment {
  readonly source: string;
  readonly sourcePort: number;
  readonly destination: string;
  readonly destinationPort: number;
  readonly sequence: number;
  readonly isSyn: boolean;
  readonly isAck: boolean;
  readonly isFin: boolean;
  readonly isReset: boolean;
  /** A view of the file. */
  readonly payload: Uint8Array;
  /** Bytes behind `payload` that were sent and are not in the file. */
  readonly missing: number;
}

const IPV4 = 0x0800;
const IPV6 = 0x86dd;
const VLAN_TAGS = [0x8100, 0x88a8];
const VLAN_TAGS_MAX = 4;
const TCP = 6;
/** Hop-by-hop options, routing, destination options: RFC 8200, 4. */
const IPV6_EXTENSIONS = [0, 43, 60];
const IPV6_EXTENSIONS_MAX = 8;

/** The TCP segment in a packet; null where there is none, where it is cut off, or a fragment. Never throws. */
export function segmentOf({ nic, bytes, length }: Packet): CaughtSegment | null {
  const ip = ipOf(nic.linkType, bytes);
  if (ip === null || ip.length < 20) return null;
  const ipBytes = ip.length + length - bytes.length;
  return byte(ip, 0) >> 4 === 4 ? ofIpv4(ip, ipBytes) : ofIpv6(ip, ipBytes);
}

/** Where the IP packet begins in a frame. */
function ipOf(linkType: number, bytes: Uint8Array): Uint8Array | null {
  switch (linkType) {
    case 0: // LINKTYPE_NULL, LINKTYPE_LOOP
    case 108:
      return bytes.subarray(4);
    case 1: // LINKTYPE_ETHERNET
      return afterEtherType(bytes, 12);
    case 12: // LINKTYPE_RAW, by the numbers of some systems and of the registry
    case 14:
    case 101:
    case 228: // LINKTYPE_IPV4
    case 229: // LINKTYPE_IPV6
      return bytes;
    case 113: // LINKTYPE_LINUX_SLL
      return bytes.subarray(16);
    case 276: // LINKTYPE_LINUX_SLL2
      return bytes.subarray(20);
    default:
      return null;
  }
}

function afterEtherType(bytes: Uint8Array, from: number): Uint8Array | null {
  let at = from;
  for (let tags = 0; tags < VLAN_TAGS_MAX && VLAN_TAGS.includes(uint16(bytes, at)); tags++) at += 4;
  return [IPV4, IPV6].includes(uint16(bytes, at)) ? bytes.subarray(at + 2) : null;
}

/** `ipBytes`: how long it was, where it does not say so itself. */
function ofIpv4(ip: Uint8Array, ipBytes: number): CaughtSegment | null {
  const headerBytes = (byte(ip, 0) & 15) * 4;
  const isFragment = (uint16(ip, 6) & 0x3fff) !== 0;
  if (byte(ip, 9) !== TCP || isFragment || headerBytes < 20) return null;
  const whole = uint16(ip, 2) === 0 ? ipBytes : uint16(ip, 2);
  const [source, destination] = [ip.subarray(12, 16).join('.'), ip.subarray(16, 20).join('.')];
  return ofTcp(ip.subarray(headerBytes, whole), source, destination, Math.max(0, whole - ip.length));
}

function ofIpv6(ip: Uint8Array, ipBytes: number): CaughtSegment | null {
  if (byte(ip, 0) >> 4 !== 6 || ip.length < 40) return null;
  const whole = uint16(ip, 4) === 0 ? ipBytes : 40 + uint16(ip, 4);
  const end = Math.min(ip.length, whole);
  let [next, at] = [byte(ip, 6), 40];
  for (let count = 0; IPV6_EXTENSIONS.includes(next) && count < IPV6_EXTENSIONS_MAX; count++)
    [next, at] = [byte(ip, at), at + 8 + 8 * byte(ip, at + 1)];
  if (next !== TCP || at > end) return null;
  const [source, destination] = [ipv6Text(ip.subarray(8, 24)), ipv6Text(ip.subarray(24, 40))];
  return ofTcp(ip.subarray(at, end), source, destination, Math.max(0, whole - ip.length));
}

function ofTcp(tcp: Uint8Array, source: string, destination: string, missing: number): CaughtSegment | null {
  const headerBytes = (byte(tcp, 12) >> 4) * 4;
  if (tcp.length < 20 || headerBytes < 20 || headerBytes > tcp.length) return null;
  const flags = byte(tcp, 13);
  return {
    source,
    sourcePort: uint16(tcp, 0),
    destination,
    destinationPort: uint16(tcp, 2),
    sequence: uint16(tcp, 4) * 0x10000 + uint16(tcp, 6),
    isSyn: (flags & SYN) !== 0,
    isAck: (flags & ACK) !== 0,
    isFin: (flags & FIN) !== 0,
    isReset: (flags & RST) !== 0,
    payload: tcp.subarray(headerBytes),
    missing,
  };
}

function ipv6Text(bytes: Uint8Array): string {
  return Array.from({ length: 8 }, (_, group) => uint16(bytes, 2 * group).toString(16)).join(':');
}

function byte(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}

function uint16(bytes: Uint8Array, at: number): number {
  return byte(bytes, at) * 256 + byte(bytes, at + 1);
}
