import { uint16, uint32LittleEndian } from './numbers.ts';
import { NO_MATCH, needMore, type Verdict } from './sniffer.ts';

const LENGTH_BYTES = 4;
const HEADER_BYTES = 16;
const RESPONSE_TO_AT = 8;
const OPCODE_AT = 12;
/** OP_QUERY, OP_COMPRESSED, OP_MSG. */
const OPCODES: ReadonlySet<number> = new Set([2004, 2012, 2013]);
/** The header and the least that follows one, which is OP_COMPRESSED's. */
const MESSAGE_BYTES_MIN = HEADER_BYTES + 9;
/** A client's first message says hello, in a few hundred bytes. */
const MESSAGE_BYTES_MAX = 65_535;
/** `05 01 00`, with which a SOCKS 5 client asks for no authentication and then waits, is the length 261. */
const SOCKS5_LENGTH = 261;

const MATCH: Verdict = { kind: 'match', sniffed: { protocol: 'mongodb' } };

/**
 * Recognises a client of MongoDB by the header of a message: a sane length, no message that it answers, and the
 * operation. MongoDB documentation, "Wire Protocol". A message of 261 bytes is left to SOCKS 5.
 */
export function sniffMongodb(bytes: Uint8Array): Verdict {
  const held = bytes.length;
  if (uint16(bytes, 2) !== 0) return NO_MATCH;
  if (held < LENGTH_BYTES) {
    if (held === 3 && uint32LittleEndian(bytes, 0) === SOCKS5_LENGTH) return NO_MATCH;
    if (held === 0) return needMore(1);
    return needMore(held < 3 ? 3 : LENGTH_BYTES);
  }
  const length = uint32LittleEndian(bytes, 0);
  if (length < MESSAGE_BYTES_MIN || length > MESSAGE_BYTES_MAX || length === SOCKS5_LENGTH) return NO_MATCH;
  for (let at = RESPONSE_TO_AT; at < OPCODE_AT; at++) if ((bytes[at] ?? 0) !== 0) return NO_MATCH;
  if (held <= OPCODE_AT) return needMore(held < RESPONSE_TO_AT ? RESPONSE_TO_AT + 1 : held + 1);
  const opcode = uint32LittleEndian(bytes, OPCODE_AT);
  if (held >= HEADER_BYTES) return OPCODES.has(opcode) ? MATCH : NO_MATCH;
  return [...OPCODES].some((known) => isBeginning(bytes, known)) ? needMore(held + 1) : NO_MATCH;
}

/** Whether the bytes of the opcode that are there are those of this one. */
function isBeginning(bytes: Uint8Array, opcode: number): boolean {
  for (let at = OPCODE_AT; at < bytes.length; at++) {
    if (bytes[at] !== ((opcode >>> (8 * (at - OPCODE_AT))) & 255)) return false;
  }
  return true;
}
