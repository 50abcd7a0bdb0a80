import { uint16, uint32 } from './numbers.ts';
import { NO_MATCH, needMore, type Verdict } from './sniffer.ts';
import { NAME_BYTES_MAX, readName } from './text.ts';

const LENGTH_BYTES = 4;
const CORRELATION_AT = 8;
const ID_LENGTH_AT = 12;
const ID_AT = 14;
const REQUEST_BYTES_MAX = 65_535;
/** There are below 100 kinds of request, in below 20 versions each. */
const API_KEY_MAX = 127;
const API_VERSION_MAX = 31;
const NULL_LENGTH = 0xffff;

/**
 * Recognises a client of Kafka by the header of its first request: a sane length, kind and version, a correlation id
 * below 2^24, since clients count from 0, and a client id that is null or a name. Kafka protocol guide, "Request
 * Header". ZooKeeper, which begins alike, has zeros where the client id is.
 */
export function sniffKafka(bytes: Uint8Array): Verdict {
  const held = bytes.length;
  if (uint16(bytes, 0) !== 0) return NO_MATCH;
  if (held < LENGTH_BYTES) return needMore(held < 2 ? held + 1 : LENGTH_BYTES);
  const length = uint32(bytes, 0);
  if (length < ID_AT - LENGTH_BYTES || length > REQUEST_BYTES_MAX) return NO_MATCH;
  if (held < CORRELATION_AT) return needMore(CORRELATION_AT);
  if (uint16(bytes, 4) > API_KEY_MAX || uint16(bytes, 6) > API_VERSION_MAX) return NO_MATCH;
  if (held === CORRELATION_AT) return needMore(CORRELATION_AT + 1);
  if (bytes[CORRELATION_AT] !== 0) return NO_MATCH;
  if (held < ID_AT) return needMore(ID_AT);
  return sniffClientId(bytes, length);
}

function sniffClientId(bytes: Uint8Array, length: number): Verdict {
  const idBytes = uint16(bytes, ID_LENGTH_AT);
  if (idBytes === NULL_LENGTH) return { kind: 'match', sniffed: { protocol: 'kafka' } };
  if (idBytes === 0 || idBytes > NAME_BYTES_MAX || ID_AT + idBytes > LENGTH_BYTES + length) return NO_MATCH;
  if (bytes.length < ID_AT + idBytes) return needMore(ID_AT + idBytes);
  const kafkaClientId = readName(bytes, ID_AT, ID_AT + idBytes);
  return kafkaClientId === undefined
    ? NO_MATCH
    : { kind: 'match', sniffed: { protocol: 'kafka', kafkaClientId } };
}
