import { parseIp } from '../core/cidr.ts';
import { latin1 } from './text.ts';

/** RFC 1035, 2.3.4, as text without the last dot. */
const NAME_BYTES_MAX = 253;
const LABEL_BYTES_MAX = 63;

const DOT = 0x2e;

/**
 * The host name from `from` to before `to`, in lower case and without a trailing dot. undefined where that is none: an
 * IP address, an empty or overlong label, a byte that is no ASCII letter, digit, `-`, `_` or `.`.
 */
export function readHostName(bytes: Uint8Array, from: number, to: number): string | undefined {
  const length = (bytes[to - 1] === DOT ? to - 1 : to) - from;
  if (length <= 0 || length > NAME_BYTES_MAX) return undefined;
  const codes = new Array<number>(length);
  let label = 0;
  for (let i = 0; i < length; i++) {
    const code = lowerCase(bytes[from + i] as number);
    if (code === DOT ? label === 0 : !isNameByte(code) || label === LABEL_BYTES_MAX) return undefined;
    label = code === DOT ? 0 : label + 1;
    codes[i] = code;
  }
  if (label === 0) return undefined;
  const name = String.fromCharCode(...codes);
  return isDigit(codes[length - 1] as number) && parseIp(name) !== null ? undefined : name;
}

/** As `readHostName`, and an IP address as well: of version 6 in brackets, as in a URI. RFC 3986, 3.2.2. */
export function readHost(bytes: Uint8Array, from: number, to: number): string | undefined {
  const name = readHostName(bytes, from, to);
  if (name !== undefined || to - from > NAME_BYTES_MAX || to <= from) return name;
  const text = latin1(bytes, from, to).toLowerCase();
  const isBracketed = text.startsWith('[') && text.endsWith(']');
  const address = isBracketed ? text.slice(1, -1) : text;
  return parseIp(address) !== null && isBracketed === address.includes(':') ? text : undefined;
}

function lowerCase(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
}

function isNameByte(byte: number): boolean {
  return (byte >= 0x61 && byte <= 0x7a) || isDigit(byte) || byte === 0x2d || byte === 0x5f;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}
