import { uint16, uint32 } from './numbers.ts';
import { NO_MATCH, needMore, type Verdict } from './sniffer.ts';

const LENGTH_BYTES = 2;
/** Opcode and key id 0 in one byte: P_CONTROL_HARD_RESET_CLIENT_V2 and V3. */
const HARD_RESET_V2 = 7 << 3;
const HARD_RESET_V3 = 10 << 3;
const SESSION_AT = LENGTH_BYTES + 1;
const SESSION_BYTES = 8;
const BEHIND_SESSION = SESSION_AT + SESSION_BYTES;
/** Opcode, session id, no acknowledgements, message number 0. */
const PLAIN_BYTES = 14;
/** Packet number and time, which go with every protection. */
const REPLAY_BYTES = 8;
/** Of the first packet: 1, with the bits in front that a client sets which can have its key wrapped anew. */
const FIRST_NUMBERS: readonly number[] = [1, 0x0f00_0001];
/** tls-auth: of MD5 to SHA-512. */
const HMAC_BYTES: readonly number[] = [16, 20, 28, 32, 48, 64];
/** tls-crypt: a tag of 32 bytes. */
const CRYPT_BYTES = PLAIN_BYTES + REPLAY_BYTES + 32;
/** tls-crypt-v2: behind that the wrapped key, of a tag, a key and a length at least. */
const WRAPPED_KEY_BYTES_MIN = 32 + 256 + 2;
const PACKET_BYTES_MAX = 1023;

const MATCH: Verdict = { kind: 'match', sniffed: { protocol: 'openvpn' } };

/**
 * Recognises a client of OpenVPN over TCP by the whole packet that it begins with, a hard reset: plain, or protected by
 * tls-auth, tls-crypt or tls-crypt-v2, whose keys are not needed. OpenVPN protocol documentation, "Network protocol";
 * "tls-crypt-v2". A session id is random: one that reads like the header of a DNS query is left to DNS.
 */
export function sniffOpenvpn(bytes: Uint8Array): Verdict {
  const held = bytes.length;
  if (held === 0) return needMore(1);
  if ((bytes[0] as number) > PACKET_BYTES_MAX >> 8) return NO_MATCH;
  if (held < SESSION_AT) return needMore(held + 1);
  const opcode = bytes[2];
  const length = uint16(bytes, 0);
  if (opcode !== HARD_RESET_V2 && opcode !== HARD_RESET_V3) return NO_MATCH;
  if (!isLengthOf(opcode, length)) return NO_MATCH;
  const end = LENGTH_BYTES + length;
  if (held < BEHIND_SESSION) return needMore(BEHIND_SESSION);
  if (isCountsOfDns(bytes)) return NO_MATCH;
  if (held < end) return needMore(end);
  return isPacket(bytes, opcode, length) ? MATCH : NO_MATCH;
}

function isLengthOf(opcode: number, length: number): boolean {
  if (opcode === HARD_RESET_V3) return length >= CRYPT_BYTES + WRAPPED_KEY_BYTES_MIN;
  return length === PLAIN_BYTES || length === CRYPT_BYTES || isAuthenticated(length);
}

function isAuthenticated(length: number): boolean {
  return HMAC_BYTES.includes(length - PLAIN_BYTES - REPLAY_BYTES);
}

/** One question, no answers, fewer than 256 authorities. */
function isCountsOfDns(bytes: Uint8Array): boolean {
  return uint16(bytes, 6) === 1 && uint16(bytes, 8) === 0 && bytes[10] === 0;
}

/** All of it is there. */
function isPacket(bytes: Uint8Array, opcode: number, length: number): boolean {
  const end = LENGTH_BYTES + length;
  const isCrypt = FIRST_NUMBERS.includes(uint32(bytes, BEHIND_SESSION));
  if (opcode === HARD_RESET_V3) return isCrypt && uint16(bytes, end - 2) === length - CRYPT_BYTES;
  if (length === CRYPT_BYTES && isCrypt) return true;
  if (!isFirstMessage(bytes, end - 5)) return false;
  return length === PLAIN_BYTES || FIRST_NUMBERS.includes(uint32(bytes, end - 5 - REPLAY_BYTES));
}

/** No acknowledgements, message number 0. */
function isFirstMessage(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0 && uint32(bytes, at + 1) === 0;
}
