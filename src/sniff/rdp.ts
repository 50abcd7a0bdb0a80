import type { Sniffed } from '../core/sniffed.ts';
import { uint16 } from './numbers.ts';
import { NO_MATCH, needMore, type Verdict } from './sniffer.ts';
import { latin1, readName } from './text.ts';

const TPKT_VERSION = 3;
const TPKT_BYTES = 4;
/** TPKT, and the fixed part of a connection request: its length, kind, two references, class. */
const HEADER_BYTES = 11;
/** The length of a connection request is one byte, of which 255 is reserved, and does not count itself. */
const PACKET_BYTES_MAX = TPKT_BYTES + 255;
const CONNECTION_REQUEST = 0xe0;

const COOKIE = 'Cookie: mstshash=';
const NEGOTIATION_REQUEST = 0x01;
const NEGOTIATION_BYTES = 8;
const CORRELATION_INFO = 0x06;
const CORRELATION_BYTES = 36;
const FLAG_CORRELATION = 0x08;
const CARRIAGE_RETURN = 0x0d;
const LINE_FEED = 0x0a;

/**
 * Recognises an RDP client by its X.224 connection request: a cookie or a routing token, a negotiation request, both or
 * neither. MS-RDPBCGR, 2.2.1.1. Other protocols over TPKT (S7, H.323) have parameters of X.224 there.
 */
export function sniffRdp(bytes: Uint8Array): Verdict {
  const held = bytes.length;
  if (held > 0 && bytes[0] !== TPKT_VERSION) return NO_MATCH;
  if (held > 1 && bytes[1] !== 0) return NO_MATCH;
  if (held < TPKT_BYTES + 1) return needMore(held < 2 ? held + 1 : TPKT_BYTES + 1);
  const length = uint16(bytes, 2);
  if (length < HEADER_BYTES || length > PACKET_BYTES_MAX) return NO_MATCH;
  if (bytes[TPKT_BYTES] !== length - TPKT_BYTES - 1) return NO_MATCH;
  if (held < HEADER_BYTES) return needMore(HEADER_BYTES);
  const isRequest = bytes[5] === CONNECTION_REQUEST && uint16(bytes, 6) === 0 && bytes[10] === 0;
  if (!isRequest) return NO_MATCH;
  if (held < length) return needMore(length);
  return readVariable(bytes, length);
}

/** What follows up to `end`: the line of a cookie or token, if any, then the negotiation request, if any. */
function readVariable(bytes: Uint8Array, end: number): Verdict {
  let at = HEADER_BYTES;
  let cookie: string | undefined;
  if (at < end && isPrintable(bytes[at] as number)) {
    const lineFeed = bytes.indexOf(LINE_FEED, at);
    if (lineFeed < 0 || lineFeed >= end || bytes[lineFeed - 1] !== CARRIAGE_RETURN) return NO_MATCH;
    for (let i = at; i < lineFeed - 1; i++) if (!isPrintable(bytes[i] as number)) return NO_MATCH;
    const isCookie = latin1(bytes, at, Math.min(end, at + COOKIE.length)) === COOKIE;
    if (isCookie) cookie = readName(bytes, at + COOKIE.length, lineFeed - 1);
    at = lineFeed + 1;
  }
  if (at < end && !isNegotiation(bytes, at, end)) return NO_MATCH;
  const sniffed: Sniffed = { protocol: 'rdp', ...(cookie === undefined ? {} : { rdpCookie: cookie }) };
  return { kind: 'match', sniffed };
}

/** Its length is in little-endian order; correlation info follows where a flag says so. */
function isNegotiation(bytes: Uint8Array, at: number, end: number): boolean {
  if (end - at < NEGOTIATION_BYTES || bytes[at] !== NEGOTIATION_REQUEST) return false;
  if (bytes[at + 2] !== NEGOTIATION_BYTES || bytes[at + 3] !== 0) return false;
  const next = at + NEGOTIATION_BYTES;
  if (((bytes[at + 1] as number) & FLAG_CORRELATION) === 0) return next === end;
  return next + CORRELATION_BYTES === end && bytes[next] === CORRELATION_INFO;
}

function isPrintable(byte: number): boolean {
  return byte >= 0x20 && byte < 0x7f;
}
