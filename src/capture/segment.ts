import { addWords, checksumOf } from './checksum.ts';
import type { EndPoint } from './end-points.ts';

/** Flags of a TCP header (RFC 9293, 3.1). */
export const FIN = 1;
export const SYN = 2;
export const RST = 4;
export const PSH = 8;
export const ACK = 16;

const IPV4_HEADER_BYTES = 20;
const IPV6_HEADER_BYTES = 40;
const TCP_HEADER_BYTES = 20;
const SYN_OPTIONS_BYTES = 8;
const ETHERNET_MTU = 1500;
const TCP = 6;
const TTL = 64;
const DONT_FRAGMENT = 0x4000;
/** The window that both ends always grant: 65,535 shifted by this, more than any chunk. */
const WINDOW = 0xffff;
const WINDOW_SHIFT = 9;

export interface Segment {
  readonly from: EndPoint;
  readonly to: EndPoint;
  readonly flags: number;
  readonly sequence: number;
  /** 0 where ACK is not set. */
  readonly acknowledged: number;
  /** Of the packet, for IPv4. */
  readonly identification: number;
  readonly payload: Uint8Array;
}

/** Longest payload of a segment between ends of this kind. */
export function segmentBytesMax(end: EndPoint): number {
  return ETHERNET_MTU - ipHeaderBytes(end) - TCP_HEADER_BYTES;
}

/** Length of the packet that carries a segment. */
export function packetBytes(segment: Segment): number {
  return ipHeaderBytes(segment.from) + tcpHeaderBytes(segment) + segment.payload.length;
}

/** The packet, IP header first, with its checksums; `bytes` may be shorter and then takes the beginning of it. */
export function writePacket(segment: Segment, bytes: Uint8Array): void {
  const headers = headersOf(segment);
  bytes.set(headers.subarray(0, bytes.length));
  if (bytes.length > headers.length)
    bytes.set(segment.payload.subarray(0, bytes.length - headers.length), headers.length);
}

function headersOf(segment: Segment): Uint8Array {
  const { from, payload } = segment;
  const ipBytes = ipHeaderBytes(from);
  const headers = new Uint8Array(ipBytes + tcpHeaderBytes(segment));
  const view = new DataView(headers.buffer);
  if (ipBytes === IPV4_HEADER_BYTES) writeIpv4(segment, headers, view);
  else writeIpv6(segment, headers, view);
  writeTcp(segment, headers, view, ipBytes);
  const tcp = headers.subarray(ipBytes);
  const sum = addWords(addWords(pseudoHeader(segment), tcp), payload);
  view.setUint16(ipBytes + 16, checksumOf(sum));
  return headers;
}

/** RFC 791, 3.1. */
function writeIpv4(segment: Segment, bytes: Uint8Array, view: DataView): void {
  bytes[0] = 0x45;
  view.setUint16(2, packetBytes(segment));
  view.setUint16(4, segment.identification & 0xffff);
  view.setUint16(6, DONT_FRAGMENT);
  bytes[8] = TTL;
  bytes[9] = TCP;
  bytes.set(segment.from.ip, 12);
  bytes.set(segment.to.ip, 16);
  view.setUint16(10, checksumOf(addWords(0, bytes.subarray(0, IPV4_HEADER_BYTES))));
}

/** RFC 8200, 3. */
function writeIpv6(segment: Segment, bytes: Uint8Array, view: DataView): void {
  bytes[0] = 0x60;
  view.setUint16(4, tcpHeaderBytes(segment) + segment.payload.length);
  bytes[6] = TCP;
  bytes[7] = TTL;
  bytes.set(segment.from.ip, 8);
  bytes.set(segment.to.ip, 24);
}

function writeTcp(segment: Segment, bytes: Uint8Array, view: DataView, at: number): void {
  const { from, to, flags, sequence, acknowledged } = segment;
  view.setUint16(at, from.port);
  view.setUint16(at + 2, to.port);
  view.setUint32(at + 4, sequence);
  view.setUint32(at + 8, acknowledged);
  bytes[at + 12] = (tcpHeaderBytes(segment) / 4) << 4;
  bytes[at + 13] = flags;
  view.setUint16(at + 14, WINDOW);
  if ((flags & SYN) === 0) return;
  // Maximum segment size; no operation; window scale (RFC 9293, 3.2; RFC 7323, 2.2).
  bytes.set([2, 4], at + TCP_HEADER_BYTES);
  view.setUint16(at + TCP_HEADER_BYTES + 2, segmentBytesMax(from));
  bytes.set([1, 3, 3, WINDOW_SHIFT], at + TCP_HEADER_BYTES + 4);
}

function pseudoHeader(segment: Segment): number {
  return segment.from.sum + segment.to.sum + TCP + tcpHeaderBytes(segment) + segment.payload.length;
}

function ipHeaderBytes({ ip }: EndPoint): number {
  return ip.length === 4 ? IPV4_HEADER_BYTES : IPV6_HEADER_BYTES;
}

function tcpHeaderBytes({ flags }: Segment): number {
  return TCP_HEADER_BYTES + ((flags & SYN) === 0 ? 0 : SYN_OPTIONS_BYTES);
}
