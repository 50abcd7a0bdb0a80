import { uint16, uint32 } from './numbers.ts';
import { NO_MATCH, needMore, type Verdict } from './sniffer.ts';
import { NAME_BYTES_MAX } from './text.ts';

const VERSION = 4;
const CONNECT = 1;
const BIND = 2;
const USER_AT = 8;

const MATCH: Verdict = { kind: 'match', sniffed: { protocol: 'socks4' } };

/**
 * Recognises a SOCKS 4 or 4a client by its whole request: CONNECT or BIND, a port, an address, a user id ended by a zero
 * byte, and with an address `0.0.0.x` a domain name ended by another. "SOCKS: A protocol for TCP proxy across
 * firewalls"; "SOCKS 4A".
 */
export function sniffSocks4(bytes: Uint8Array): Verdict {
  const held = bytes.length;
  if (held > 0 && bytes[0] !== VERSION) return NO_MATCH;
  if (held > 1 && bytes[1] !== CONNECT && bytes[1] !== BIND) return NO_MATCH;
  if (held < 4) return needMore(held < 2 ? held + 1 : 4);
  if (uint16(bytes, 2) === 0) return NO_MATCH;
  if (held < USER_AT) return needMore(USER_AT);
  const address = uint32(bytes, 4);
  if (address === 0) return NO_MATCH;
  const userEnd = endOfText(bytes, USER_AT);
  if (userEnd === null) return NO_MATCH;
  if (userEnd < 0) return needMore(held + 1);
  if (address > 255) return MATCH;
  const domainEnd = endOfText(bytes, userEnd + 1);
  if (domainEnd === null || domainEnd === userEnd + 1) return NO_MATCH;
  return domainEnd < 0 ? needMore(held + 1) : MATCH;
}

/** Where the zero byte is; -1: not there yet; null: too late, or behind something that is no text. */
function endOfText(bytes: Uint8Array, from: number): number | null {
  for (let at = from; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    if (byte === 0) return at;
    if (byte < 0x20 || byte === 0x7f || at - from >= NAME_BYTES_MAX) return null;
  }
  return -1;
}
