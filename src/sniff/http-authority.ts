import { readHost } from './host-name.ts';

const SLASH = 0x2f;
const SPACE = 0x20;
const COLON = 0x3a;
const QUESTION_MARK = 0x3f;
const HASH = 0x23;
const AT = 0x40;
const CLOSING_BRACKET = 0x5d;
/** Of a scheme, and of an authority: no longer one has a host name that can be. */
const SCHEME_BYTES_MAX = 16;
const AUTHORITY_BYTES_MAX = 512;

/**
 * The host in a target of absolute form, `http://a.example:80/`, or of CONNECT, `a.example:443`. RFC 9112, 3.2.
 * null: the target names none, as most do. undefined: it names one that is none.
 */
export function readTargetHost(
  bytes: Uint8Array,
  from: number,
  isConnect: boolean,
): string | undefined | null {
  const at = isConnect ? from : authorityAt(bytes, from);
  if (at < 0) return null;
  let begin = at;
  let end = at;
  for (; end < bytes.length && end - at <= AUTHORITY_BYTES_MAX; end++) {
    const byte = bytes[end];
    if (byte === SLASH || byte === QUESTION_MARK || byte === HASH || byte === SPACE) break;
    if (byte === AT) begin = end + 1;
  }
  return end - at > AUTHORITY_BYTES_MAX ? undefined : readHostAndPort(bytes, begin, end);
}

/** `uri-host [ ":" port ]`. RFC 9110, 7.2. undefined where it is not that. */
export function readHostAndPort(bytes: Uint8Array, from: number, to: number): string | undefined {
  let end = to;
  while (end > from && isDigit(bytes[end - 1] as number)) end--;
  if (end === from || bytes[end - 1] !== COLON || isInside(bytes, from, to)) return readHost(bytes, from, to);
  return readHost(bytes, from, end - 1);
}

/** Whether the last colon belongs to an address in brackets. */
function isInside(bytes: Uint8Array, from: number, to: number): boolean {
  return to > from && bytes[to - 1] === CLOSING_BRACKET;
}

/** Behind `scheme://`; -1 where there is none. */
function authorityAt(bytes: Uint8Array, from: number): number {
  for (let at = from; at < bytes.length && at - from <= SCHEME_BYTES_MAX; at++) {
    const byte = bytes[at] as number;
    if (byte === COLON && at > from) return bytes[at + 1] === SLASH && bytes[at + 2] === SLASH ? at + 3 : -1;
    if (!isSchemeByte(byte)) return -1;
  }
  return -1;
}

function isSchemeByte(byte: number): boolean {
  const lower = byte | 0x20;
  return (lower >= 0x61 && lower <= 0x7a) || isDigit(byte) || byte === 0x2b || byte === 0x2d || byte === 0x2e;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}
