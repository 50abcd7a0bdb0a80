import { parseClientHello } from './client-hello.ts';
import { NO_MATCH, needMore, SNIFF_BYTES_MAX, type Verdict } from './sniffer.ts';

const RECORD_HEADER_BYTES = 5;
const RECORD_TYPE_HANDSHAKE = 22;
const VERSION_MAJOR = 3;
/** RFC 8446, 5.1. */
const RECORD_BYTES_MAX = 2 ** 14;
const MESSAGE_HEADER_BYTES = 4;
const MESSAGE_TYPE_CLIENT_HELLO = 1;

/** A ClientHello with its header. OpenSSL takes up to 128 KiB, Go 64 KiB, BoringSSL 16 KiB. */
const MESSAGE_BYTES_MAX = SNIFF_BYTES_MAX - RECORD_HEADER_BYTES;

/**
 * `resume` is this many times how much of the message stands in records that are over, plus where the header of the next
 * one is.
 */
const GATHERED = 2 ** 17;

/**
 * Recognises TLS (and SSL 3) by a whole ClientHello, put together from as many records as it was cut into, and reads
 * the server name, ALPN and the rest of `ClientHello` from it. RFC 8446, 4.1.2 and 5.1. A message that is no well-formed ClientHello, an SSL 2
 * hello and a handshake interrupted by a record of another kind are no match. With Encrypted Client Hello the name is
 * the outer, public one.
 */
export function sniffTls(bytes: Uint8Array, resume = 0): Verdict {
  let header = resume % GATHERED;
  let gathered = Math.floor(resume / GATHERED);
  for (;;) {
    const size = recordSize(bytes, header);
    if (size === null) return NO_MATCH;
    const here = gathered * GATHERED + header;
    if (size === 0) return needMore(header + headerBytesNext(bytes.length - header), here);
    const start = header + RECORD_HEADER_BYTES;
    const held = Math.min(size, bytes.length - start);
    const wanted = bytesWanted(bytes, gathered + held);
    if (wanted === Number.POSITIVE_INFINITY) return NO_MATCH;
    if (wanted <= gathered + held) return readMessage(bytes, wanted);
    if (held < size) return needMore(start + Math.min(wanted - gathered, size + 1), here);

    gathered += size;
    header = start + size;
  }
}

/** The size of the record whose header is at `at`; 0 where the header is not all there; null: no handshake record. */
function recordSize(bytes: Uint8Array, at: number): number | null {
  const held = bytes.length - at;
  if (held > 0 && bytes[at] !== RECORD_TYPE_HANDSHAKE) return null;
  if (held > 1 && bytes[at + 1] !== VERSION_MAJOR) return null;
  if (held < RECORD_HEADER_BYTES) return 0;
  const size = (bytes[at + 3] as number) * 256 + (bytes[at + 4] as number);
  return size === 0 || size > RECORD_BYTES_MAX ? null : size;
}

/** How much of a record header must be there to tell more than the `held` bytes of it do. */
function headerBytesNext(held: number): number {
  return held < 2 ? held + 1 : RECORD_HEADER_BYTES;
}

/**
 * How many bytes of the message tell more than the `held` do: its type, its header, the byte behind it, and then all of
 * it. Endlessly many where it is no ClientHello, or a longer one than is taken.
 */
function bytesWanted(bytes: Uint8Array, held: number): number {
  if (held === 0) return 1;
  if (messageByte(bytes, 0) !== MESSAGE_TYPE_CLIENT_HELLO) return Number.POSITIVE_INFINITY;
  if (held < MESSAGE_HEADER_BYTES) return MESSAGE_HEADER_BYTES;
  const body = (messageByte(bytes, 1) * 256 + messageByte(bytes, 2)) * 256 + messageByte(bytes, 3);
  const length = MESSAGE_HEADER_BYTES + body;
  if (body === 0 || length > MESSAGE_BYTES_MAX) return Number.POSITIVE_INFINITY;
  if (held === MESSAGE_HEADER_BYTES) return MESSAGE_HEADER_BYTES + 1;
  return messageByte(bytes, MESSAGE_HEADER_BYTES) === VERSION_MAJOR ? length : Number.POSITIVE_INFINITY;
}

/** A byte of the message, which is there, whatever record it lies in. */
function messageByte(bytes: Uint8Array, index: number): number {
  let header = 0;
  let left = index;
  for (;;) {
    const size = recordSize(bytes, header) as number;
    const start = header + RECORD_HEADER_BYTES;
    if (left < size) return bytes[start + left] as number;
    left -= size;
    header = start + size;
  }
}

function readMessage(bytes: Uint8Array, length: number): Verdict {
  const hello = parseClientHello(messageBody(bytes, length));
  return hello === null ? NO_MATCH : { kind: 'match', sniffed: { protocol: 'tls', ...hello } };
}

/** The message without its header: a view where it lies in one record, else put together. All of it is there. */
function messageBody(bytes: Uint8Array, length: number): Uint8Array {
  const first = recordSize(bytes, 0) as number;
  if (first >= length)
    return bytes.subarray(RECORD_HEADER_BYTES + MESSAGE_HEADER_BYTES, RECORD_HEADER_BYTES + length);
  const message = new Uint8Array(length);
  let gathered = 0;
  for (let header = 0; gathered < length; ) {
    const size = recordSize(bytes, header) as number;
    const start = header + RECORD_HEADER_BYTES;
    message.set(bytes.subarray(start, start + Math.min(size, length - gathered)), gathered);
    gathered += size;
    header = start + size;
  }
  return message.subarray(MESSAGE_HEADER_BYTES);
}
