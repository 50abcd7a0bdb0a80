import { readHostAndPort } from './http-authority.ts';
import { latin1 } from './text.ts';

const TAB = 0x09;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;
const COLON = 0x3a;
/** Longer values of Upgrade and Connection are not read: they name a few protocols and options. */
const TOKENS_BYTES_MAX = 256;
const FIELD_NAME_BYTES_MAX = 256;

/** Which bytes a name may have in it: visible ones that are no delimiters. */
const TOKEN = Uint8Array.from({ length: 256 }, (_, byte) => {
  const isVisible = byte > SPACE && byte < 0x7f;
  return isVisible && !'"(),/:;<=>?@[\\]{}'.includes(String.fromCharCode(byte)) ? 1 : 0;
});

/** What the fields of a request say of where it wants to go. */
export interface HttpFields {
  readonly host: string | undefined;
  readonly isWebsocket: boolean;
}

const NOTHING: HttpFields = { host: undefined, isWebsocket: false };

/**
 * Where the empty line begins that ends the fields, looked for from `from` on, which is at a line's end. Where it has
 * not come: the negative of where to look on with more bytes.
 */
export function endOfFields(bytes: Uint8Array, from: number): number {
  for (let at = from; ; ) {
    const lineFeed = bytes.indexOf(LINE_FEED, at);
    if (lineFeed < 0) return -bytes.length;
    const next = bytes[lineFeed + 1] === CARRIAGE_RETURN ? lineFeed + 2 : lineFeed + 1;
    if (next >= bytes.length) return -lineFeed;
    if (bytes[next] === LINE_FEED) return lineFeed + 1;
    at = lineFeed + 1;
  }
}

/**
 * Reads the fields from `from` to before `to`. RFC 9112, 5. Nothing is found where a line is no field, or where there
 * is a second Host: RFC 9112, 3.2 has a server refuse such a request, and proxy and backend might follow different ones.
 */
export function readFields(bytes: Uint8Array, from: number, to: number): HttpFields {
  let host: string | undefined;
  let hosts = 0;
  let isUpgrade = false;
  let isToWebsocket = false;
  for (let at = from; at < to; ) {
    const lineFeed = bytes.indexOf(LINE_FEED, at);
    const end = bytes[lineFeed - 1] === CARRIAGE_RETURN ? lineFeed - 1 : lineFeed;
    const colon = endOfName(bytes, at, end);
    if (colon < 0 || hasControls(bytes, colon, end)) return NOTHING;
    const name = interesting(bytes, at, colon);
    if (name === 'host') {
      if (++hosts > 1) return NOTHING;
      const [first, last] = trimmed(bytes, colon + 1, end);
      host = readHostAndPort(bytes, first, last);
    } else if (name === 'upgrade') isToWebsocket ||= hasToken(bytes, colon + 1, end, 'websocket');
    else if (name === 'connection') isUpgrade ||= hasToken(bytes, colon + 1, end, 'upgrade');
    at = lineFeed + 1;
  }
  return { host, isWebsocket: isUpgrade && isToWebsocket };
}

/** Where the colon is behind the name of a field; -1 where there is no name or something else in it. RFC 9110, 5.6.2. */
function endOfName(bytes: Uint8Array, from: number, end: number): number {
  for (let at = from; at < end && at - from <= FIELD_NAME_BYTES_MAX; at++) {
    const byte = bytes[at] as number;
    if (byte === COLON) return at > from ? at : -1;
    if (TOKEN[byte] === 0) return -1;
  }
  return -1;
}

function hasControls(bytes: Uint8Array, from: number, end: number): boolean {
  for (let at = from; at < end; at++) {
    const byte = bytes[at] as number;
    if ((byte < SPACE && byte !== TAB) || byte === 0x7f) return true;
  }
  return false;
}

/** The name in lower case, where it is as long as one that is looked for. */
function interesting(bytes: Uint8Array, from: number, to: number): string {
  const length = to - from;
  return length === 4 || length === 7 || length === 10 ? latin1(bytes, from, to).toLowerCase() : '';
}

function trimmed(bytes: Uint8Array, from: number, to: number): readonly [number, number] {
  let first = from;
  let last = to;
  while (first < last && isBlank(bytes[first])) first++;
  while (last > first && isBlank(bytes[last - 1])) last--;
  return [first, last];
}

function isBlank(byte: number | undefined): boolean {
  return byte === SPACE || byte === TAB;
}

/** Whether a list has a token in it, in any case. */
function hasToken(bytes: Uint8Array, from: number, to: number, token: string): boolean {
  if (to - from > TOKENS_BYTES_MAX) return false;
  return latin1(bytes, from, to)
    .split(',')
    .some((part) => part.trim().toLowerCase() === token);
}
