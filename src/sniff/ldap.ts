import { type Element, readElement } from './ber.ts';
import { NO_MATCH, needMore, type Verdict } from './sniffer.ts';

const SEQUENCE = [0x30];
const INTEGER = [0x02];
const OCTET_STRING = [0x04];
const ENUMERATED = [0x0a];
const REQUEST_NAME = [0x80];
const BIND_REQUEST = 0x60;
const SEARCH_REQUEST = 0x63;
const EXTENDED_REQUEST = 0x77;
const REQUESTS = [BIND_REQUEST, SEARCH_REQUEST, EXTENDED_REQUEST];
const INTEGER_BYTES_MAX = 4;
/** A message with a ticket in it is large, but its beginning tells enough. */
const MESSAGE_BYTES_MAX = 1024 * 1024;
/** Of a distinguished name, and of the name of an operation. */
const NAME_BYTES_MAX = 1024;
const VERSION_MIN = 2;
const VERSION_MAX = 3;
const SCOPE_MAX = 3;

const MATCH: Verdict = { kind: 'match', sniffed: { protocol: 'ldap' } };

/**
 * Recognises a client of LDAP by a message with a bind, search or extended request: its number, the kind of request, and
 * the first fields of that. RFC 4511, 4.1.1, 4.2, 4.5.1 and 4.12.
 */
export function sniffLdap(bytes: Uint8Array): Verdict {
  const message = readElement(bytes, 0, MESSAGE_BYTES_MAX, SEQUENCE);
  if (message.kind !== 'whole') return unfinished(bytes, message);
  const id = readElement(bytes, message.at, message.end, INTEGER);
  if (id.kind !== 'whole') return unfinished(bytes, id);
  if (id.end - id.at > INTEGER_BYTES_MAX) return NO_MATCH;
  if (bytes.length < id.end) return needMore(id.end);
  if (!isMessageId(bytes, id.at, id.end)) return NO_MATCH;
  const request = readElement(bytes, id.end, message.end, REQUESTS);
  if (request.kind !== 'whole') return unfinished(bytes, request);
  const kind = bytes[id.end];
  if (kind === EXTENDED_REQUEST) return sniffExtended(bytes, request.at, request.end);
  return kind === BIND_REQUEST
    ? sniffBind(bytes, request.at, request.end)
    : sniffSearch(bytes, request.at, request.end);
}

/** Positive, in as few bytes as it takes. */
function isMessageId(bytes: Uint8Array, at: number, end: number): boolean {
  const first = bytes[at] as number;
  if (at === end || first >= 0x80) return false;
  return first !== 0 || (end - at > 1 && (bytes[at + 1] as number) >= 0x80);
}

/** A version and the header of a name. */
function sniffBind(bytes: Uint8Array, at: number, end: number): Verdict {
  const version = readSmall(bytes, at, end, INTEGER, VERSION_MIN, VERSION_MAX);
  if (version !== null) return version;
  const name = readElement(bytes, at + 3, end, OCTET_STRING);
  return name.kind === 'whole' && isName(name) ? MATCH : unfinished(bytes, name);
}

/** A name and a scope. */
function sniffSearch(bytes: Uint8Array, at: number, end: number): Verdict {
  const base = readElement(bytes, at, end, OCTET_STRING);
  if (base.kind !== 'whole' || !isName(base)) return unfinished(bytes, base);
  return readSmall(bytes, base.end, end, ENUMERATED, 0, SCOPE_MAX) ?? MATCH;
}

/** The name of an operation: digits and dots. */
function sniffExtended(bytes: Uint8Array, at: number, end: number): Verdict {
  const name = readElement(bytes, at, end, REQUEST_NAME);
  if (name.kind !== 'whole' || !isName(name) || name.at === name.end) return unfinished(bytes, name);
  if (bytes.length < name.end) return needMore(name.end);
  return bytes.subarray(name.at, name.end).every(isOidByte) ? MATCH : NO_MATCH;
}

/** null where there is a number of one byte from `min` to `max`. */
function readSmall(
  bytes: Uint8Array,
  at: number,
  end: number,
  tags: readonly number[],
  min: number,
  max: number,
): Verdict | null {
  const element = readElement(bytes, at, end, tags);
  if (element.kind !== 'whole' || element.end - element.at !== 1) return unfinished(bytes, element);
  const value = bytes[element.at];
  if (value === undefined) return needMore(element.end);
  return value < min || value > max ? NO_MATCH : null;
}

function isName(element: Element): boolean {
  return element.kind === 'whole' && element.end - element.at <= NAME_BYTES_MAX;
}

function isOidByte(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || byte === 0x2e;
}

/** What to say of an element that is not all there, or not as it should be. */
function unfinished(bytes: Uint8Array, element: Element): Verdict {
  return element.kind === 'open' ? needMore(bytes.length + 1) : NO_MATCH;
}
