import { parseIp } from '../core/cidr.ts';
import { vectorEnd } from './vector.ts';

const NAME_TYPE_HOST_NAME = 0;
/** RFC 1035, 2.3.4, as text without the last dot. */
const NAME_BYTES_MAX = 253;
const LABEL_BYTES_MAX = 63;

const DOT = 0x2e;

/**
 * The host name in a server_name extension, in lower case and without a trailing dot. RFC 6066, 3.
 * undefined where the extension is malformed, where it has no host name or more than one, and where that is none: an
 * IP address, an empty or overlong label, a byte that is no ASCII letter, digit, `-`, `_` or `.`.
 */
export function readServerName(extension: Uint8Array): string | undefined {
  if (vectorEnd(extension, 0, 2, 1) !== extension.length) return undefined;
  let name: Uint8Array | undefined;
  for (let at = 2; at < extension.length; ) {
    const next = vectorEnd(extension, at + 1, 2, 1);
    if (next < 0) return undefined;
    if (extension[at] === NAME_TYPE_HOST_NAME) {
      if (name !== undefined) return undefined;
      name = extension.subarray(at + 3, next);
    }
    at = next;
  }
  return name && hostName(name);
}

function hostName(bytes: Uint8Array): string | undefined {
  const length = bytes[bytes.length - 1] === DOT ? bytes.length - 1 : bytes.length;
  if (length === 0 || length > NAME_BYTES_MAX) return undefined;
  const codes = new Array<number>(length);
  let label = 0;
  for (let i = 0; i < length; i++) {
    const code = lowerCase(bytes[i] as number);
    if (code === DOT ? label === 0 : !isNameByte(code) || label === LABEL_BYTES_MAX) return undefined;
    label = code === DOT ? 0 : label + 1;
    codes[i] = code;
  }
  if (label === 0) return undefined;
  const name = String.fromCharCode(...codes);
  return isDigit(codes[length - 1] as number) && parseIp(name) !== null ? undefined : name;
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
