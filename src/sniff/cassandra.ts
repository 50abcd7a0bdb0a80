import { uint16, uint32 } from './numbers.ts';
import { NO_MATCH, needMore, type Verdict } from './sniffer.ts';

/** Of requests: versions 3, 4 and 5. In answers the highest bit is set. */
const VERSION_MIN = 3;
const VERSION_MAX = 5;
const OPCODE_STARTUP = 1;
const OPCODE_OPTIONS = 5;
const HEADER_BYTES = 9;
/** Drivers number streams from 0 up. Above this, OpenVPN begins in the same way. */
const STREAM_HIGH_MAX = 0x37;
const BODY_BYTES_MAX = 65_535;
const OPTIONS_MAX = 64;
const KEY_BYTES_MAX = 64;

const MATCH: Verdict = { kind: 'match', sniffed: { protocol: 'cassandra' } };

/**
 * Recognises a client of Cassandra by an OPTIONS frame, or by a STARTUP frame up to its first option. CQL binary
 * protocol v5, 2 and 4.1. Flags are set in neither. DNS has zeros where STARTUP counts its options.
 */
export function sniffCassandra(bytes: Uint8Array): Verdict {
  const held = bytes.length;
  if (held === 0) return needMore(1);
  const version = bytes[0] as number;
  if (version < VERSION_MIN || version > VERSION_MAX || (bytes[1] ?? 0) !== 0) return NO_MATCH;
  if ((bytes[2] ?? 0) > STREAM_HIGH_MAX) return NO_MATCH;
  if (held < 5) return needMore(held < 3 ? held + 1 : 5);
  const opcode = bytes[4];
  if (opcode !== OPCODE_OPTIONS && opcode !== OPCODE_STARTUP) return NO_MATCH;
  if (held < HEADER_BYTES) return needMore(HEADER_BYTES);
  const length = uint32(bytes, 5);
  if (opcode === OPCODE_OPTIONS) return length === 0 ? MATCH : NO_MATCH;
  return length > BODY_BYTES_MAX ? NO_MATCH : sniffStartup(bytes, length);
}

/** A map of strings: how many, then for each the length of its key, and the key, which is in capitals. */
function sniffStartup(bytes: Uint8Array, length: number): Verdict {
  const keyAt = HEADER_BYTES + 4;
  if (bytes.length < keyAt) return needMore(keyAt);
  const options = uint16(bytes, HEADER_BYTES);
  const keyBytes = uint16(bytes, HEADER_BYTES + 2);
  if (options === 0 || options > OPTIONS_MAX) return NO_MATCH;
  if (keyBytes === 0 || keyBytes > KEY_BYTES_MAX || keyBytes > length - 4) return NO_MATCH;
  const keyEnd = keyAt + keyBytes;
  if (bytes.length < keyEnd) return needMore(keyEnd);
  for (let at = keyAt; at < keyEnd; at++) if (!isKeyByte(bytes[at] as number)) return NO_MATCH;
  return MATCH;
}

function isKeyByte(byte: number): boolean {
  return (byte >= 0x41 && byte <= 0x5a) || byte === 0x5f;
}
