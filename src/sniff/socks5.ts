import { NO_MATCH, needMore, type Verdict } from './sniffer.ts';

const VERSION = 5;
const METHODS_AT = 2;
/** More than clients offer: there are ten that are registered. */
const METHODS_MAX = 10;
/** IANA, "SOCKS Methods": up to 9; private ones from 0x80 to 0xfe. */
const REGISTERED_MAX = 9;
const PRIVATE_MIN = 0x80;
const NONE_ACCEPTABLE = 0xff;

const MATCH: Verdict = { kind: 'match', sniffed: { protocol: 'socks5' } };

/** Recognises a SOCKS 5 client by its list of authentication methods, each named once. RFC 1928, 3. */
export function sniffSocks5(bytes: Uint8Array): Verdict {
  const held = bytes.length;
  if (held > 0 && bytes[0] !== VERSION) return NO_MATCH;
  if (held < METHODS_AT) return needMore(held + 1);
  const methods = bytes[1] as number;
  if (methods === 0 || methods > METHODS_MAX) return NO_MATCH;
  const end = METHODS_AT + methods;
  for (let at = METHODS_AT; at < Math.min(held, end); at++) {
    if (!isMethod(bytes[at] as number) || bytes.indexOf(bytes[at] as number, METHODS_AT) < at)
      return NO_MATCH;
  }
  return held < end ? needMore(held + 1) : MATCH;
}

function isMethod(byte: number): boolean {
  return byte <= REGISTERED_MAX || (byte >= PRIVATE_MIN && byte < NONE_ACCEPTABLE);
}
