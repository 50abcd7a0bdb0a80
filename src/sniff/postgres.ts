import type { PostgresRequest, Sniffed } from '../core/sniffed.ts';
import { uint16, uint32 } from './numbers.ts';
import { readStartup } from './postgres-startup.ts';
import { NO_MATCH, needMore, type Verdict } from './sniffer.ts';

const LENGTH_BYTES = 4;
const CODE_BYTES = 4;
const HEADER_BYTES = LENGTH_BYTES + CODE_BYTES;
/** MAX_STARTUP_PACKET_LENGTH of the server. */
const MESSAGE_BYTES_MAX = 10_000;

const SSL_CODE = 80_877_103;
const GSSENC_CODE = 80_877_104;
const CANCEL_CODE = 80_877_102;
/** The length, the code, the process, and a key of 4 to 256 bytes. */
const CANCEL_BYTES_MIN = 16;
const CANCEL_BYTES_MAX = 268;
const VERSION_MAJOR = 3;

/**
 * Recognises a client of PostgreSQL by the message it begins with: SSLRequest, GSSENCRequest and CancelRequest by their
 * header, StartupMessage of any version 3.x by all of it, from which user and database are read. PostgreSQL
 * documentation, "Message Formats". Kafka's messages begin with a length as well: its requests have a zero where the
 * first parameter of a StartupMessage has a letter.
 */
export function sniffPostgres(bytes: Uint8Array): Verdict {
  const held = bytes.length;
  if (uint16(bytes, 0) !== 0) return NO_MATCH;
  if (held < LENGTH_BYTES) return needMore(held < 2 ? held + 1 : LENGTH_BYTES);
  const length = uint32(bytes, 0);
  if (length < HEADER_BYTES || length > MESSAGE_BYTES_MAX) return NO_MATCH;
  if (held < HEADER_BYTES) return needMore(HEADER_BYTES);
  const code = uint32(bytes, LENGTH_BYTES);
  if (code === SSL_CODE) return request('ssl', length === HEADER_BYTES);
  if (code === GSSENC_CODE) return request('gssenc', length === HEADER_BYTES);
  if (code === CANCEL_CODE)
    return request('cancel', length >= CANCEL_BYTES_MIN && length <= CANCEL_BYTES_MAX);
  return code >>> 16 === VERSION_MAJOR ? sniffStartup(bytes, length) : NO_MATCH;
}

function request(postgresRequest: PostgresRequest, isLengthRight: boolean): Verdict {
  return isLengthRight ? { kind: 'match', sniffed: { protocol: 'postgres', postgresRequest } } : NO_MATCH;
}

function sniffStartup(bytes: Uint8Array, length: number): Verdict {
  if (length === HEADER_BYTES || bytes[HEADER_BYTES] === 0) return NO_MATCH;
  if (bytes.length === HEADER_BYTES) return needMore(HEADER_BYTES + 1);
  if (bytes.length < length) return needMore(length);
  const startup = readStartup(bytes, HEADER_BYTES, length);
  if (startup === null) return NO_MATCH;
  const { user, database } = startup;
  const sniffed: Sniffed = {
    protocol: 'postgres',
    postgresRequest: 'startup',
    ...(user === undefined ? {} : { postgresUser: user }),
    ...(database === undefined ? {} : { postgresDatabase: database }),
  };
  return { kind: 'match', sniffed };
}
