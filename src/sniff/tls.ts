import { parseClientHello } from './client-hello.ts';
import { NO_MATCH, needMore, SNIFF_BYTES_MAX, type Verdict } from './sniffer.ts';

const RECORD_HEADER_BYTES = 5;
const RECORD_TYPE_HANDSHAKE = 22;
const RECORD_VERSION_MAJOR = 3;
/** RFC 8446, 5.1. */
const RECORD_BYTES_MAX = 2 ** 14;
const MESSAGE_HEADER_BYTES = 4;
const MESSAGE_TYPE_CLIENT_HELLO = 1;

/** A ClientHello with its header. OpenSSL takes up to 128 KiB, Go 64 KiB, BoringSSL 16 KiB. */
const MESSAGE_BYTES_MAX = SNIFF_BYTES_MAX - RECORD_HEADER_BYTES;

/**
 * Recognises TLS (and SSL 3) by a whole ClientHello, put together from as many records as it was cut into, and reads
 * the server name and ALPN from it. RFC 8446, 4.1.2 and 5.1. A message that is no well-formed ClientHello, an SSL 2
 * hello and a handshake interrupted by a record of another kind are no match. With Encrypted Client Hello the name is
 * the outer, public one.
 */
export function sniffTls(bytes: Uint8Array): Verdict {
  let header = 0;
  let gathered = 0;
  let messageHeader = 0;
  for (;;) {
    const size = recordSize(bytes, header);
    if (size === null) return NO_MATCH;
    if (size === 0) return needMore(header + headerBytesNext(bytes.length - header));
    const start = header + RECORD_HEADER_BYTES;
    const held = Math.min(size, bytes.length - start);

    for (let i = gathered; i < Math.min(MESSAGE_HEADER_BYTES, gathered + held); i++) {
      messageHeader = messageHeader * 256 + (bytes[start + i - gathered] as number);
      if (i === 0 && messageHeader !== MESSAGE_TYPE_CLIENT_HELLO) return NO_MATCH;
    }
    const wanted = bytesWanted(gathered + held, messageHeader);
    if (wanted > MESSAGE_BYTES_MAX) return NO_MATCH;
    if (wanted <= gathered + held) return readMessage(bytes, wanted);
    if (held < size) return needMore(start + Math.min(wanted - gathered, size + 1));

    gathered += size;
    header = start + size;
  }
}

/** The size of the record whose header is at `at`; 0 where the header is not all there; null: no handshake record. */
function recordSize(bytes: Uint8Array, at: number): number | null {
  const held = bytes.length - at;
  if (held > 0 && bytes[at] !== RECORD_TYPE_HANDSHAKE) return null;
  if (held > 1 && bytes[at + 1] !== RECORD_VERSION_MAJOR) return null;
  if (held < RECORD_HEADER_BYTES) return 0;
  const size = (bytes[at + 3] as number) * 256 + (bytes[at + 4] as number);
  return size === 0 || size > RECORD_BYTES_MAX ? null : size;
}

/** How much of a record header must be there to tell more than the `held` bytes of it do. */
function headerBytesNext(held: number): number {
  return held < 2 ? held + 1 : RECORD_HEADER_BYTES;
}

/** How many bytes of the message tell more than the `held` do: its type, its header, and then all of it. */
function bytesWanted(held: number, messageHeader: number): number {
  if (held < MESSAGE_HEADER_BYTES) return held === 0 ? 1 : MESSAGE_HEADER_BYTES;
  return MESSAGE_HEADER_BYTES + (messageHeader & 0xff_ff_ff);
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
