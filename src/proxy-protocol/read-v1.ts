import type { Address } from '../core/address.ts';
import { parseIp, unmap } from '../core/cidr.ts';
import { formatIp } from '../core/format-ip.ts';
import { NO_PROXY_TLVS } from '../core/proxy-header.ts';
import { latin1 } from './bytes.ts';
import { PROXY_V1_BYTES_MAX } from './limits.ts';
import { printable } from './printable.ts';
import { hex, invalid, NONE, needMore, type ProxyRead } from './reading.ts';

const SIGNATURE = 'PROXY';
const FAMILY_AT = 'PROXY '.length;
const CR = 0x0d;
const LF = 0x0a;
const SPACE = 0x20;

/** Each word with the bytes that may follow it. */
const FAMILIES = [
  { word: 'TCP4', next: [SPACE], addressBytes: 4, name: 'IPv4' },
  { word: 'TCP6', next: [SPACE], addressBytes: 16, name: 'IPv6' },
  { word: 'UNKNOWN', next: [SPACE, CR], addressBytes: 0, name: '' },
] as const;
type Family = (typeof FAMILIES)[number];

/** Reads a line of version 1 that begins with `P`. proxy-protocol.txt, 2.1. */
export function readV1(bytes: Uint8Array): ProxyRead {
  const given = Math.min(bytes.length, PROXY_V1_BYTES_MAX);
  for (let i = 0; i < SIGNATURE.length; i++) {
    if (i >= given) return needMore(given + 1);
    if (bytes[i] !== SIGNATURE.charCodeAt(i)) return NONE;
  }
  if (given < FAMILY_AT) return needMore(FAMILY_AT);
  if (bytes[SIGNATURE.length] !== SPACE)
    return wrongByte(bytes, SIGNATURE.length, 'after "PROXY"', 'one space');

  const family = familyOf(bytes, given);
  if (family === null) return needMore(given + 1);
  if ('kind' in family) return family;
  return readLine(bytes, given, family);
}

/** The family whose word stands in the line, with what follows it; null: too few bytes. */
function familyOf(bytes: Uint8Array, given: number): Family | ProxyRead | null {
  let left: readonly Family[] = FAMILIES;
  for (let at = FAMILY_AT; at < given; at++) {
    const byte = bytes[at] as number;
    const index = at - FAMILY_AT;
    const [first] = left;
    if (left.length === 1 && first !== undefined && index === first.word.length) {
      if (first.next.some((next) => next === byte)) return first;
      return wrongByte(
        bytes,
        at,
        `after "${first.word}"`,
        first.addressBytes > 0 ? 'a space' : 'a space or CR',
      );
    }
    left = left.filter(({ word }) => word.charCodeAt(index) === byte);
    if (left.length === 0) return wrongByte(bytes, at, 'in the protocol', '"TCP4", "TCP6" or "UNKNOWN"');
  }
  return null;
}

/** From the byte after the word on, which is known to be right. */
function readLine(bytes: Uint8Array, given: number, family: Family): ProxyRead {
  const from = FAMILY_AT + family.word.length;
  for (let at = from; at < given; at++) {
    const byte = bytes[at] as number;
    if (byte === CR) {
      if (at + 1 === given) break;
      if (bytes[at + 1] === LF) return readFields(bytes, at, family);
    }
    if (family.addressBytes === 0) continue;
    if (byte === CR) return wrongByte(bytes, at + 1, 'after CR', 'LF');
    if (!isAddressByte(byte, family))
      return wrongByte(bytes, at, 'in the line', `${family.name} addresses, ports, CR and LF`);
  }
  if (given < PROXY_V1_BYTES_MAX) return needMore(given + 1);
  return invalid(
    `version 1: no CR LF in the first ${PROXY_V1_BYTES_MAX} bytes, which is as long as a line may be`,
  );
}

function isAddressByte(byte: number, family: Family): boolean {
  if ((byte >= 0x30 && byte <= 0x39) || byte === 0x2e || byte === SPACE) return true;
  const lower = byte | 0x20;
  return family.addressBytes === 16 && (byte === 0x3a || (lower >= 0x61 && lower <= 0x66));
}

/** The line is there up to its CR, which is at `end`. */
function readFields(bytes: Uint8Array, end: number, family: Family): ProxyRead {
  const length = end + 2;
  const common = { version: 1, command: 'proxy', tlvs: NO_PROXY_TLVS } as const;
  if (family.addressBytes === 0)
    return {
      kind: 'header',
      header: { ...common, transport: 'unspecified', source: null, destination: null },
      length,
    };

  const fields = latin1(bytes, FAMILY_AT + family.word.length + 1, end).split(' ');
  if (fields.length !== 4)
    return invalid(
      `version 1: ${fields.length} fields after "${family.word}", where source, destination and their two ports belong, with one space between each`,
    );
  const [source, destination, sourcePort, destinationPort] = fields as [string, string, string, string];
  const from = addressOf(source, sourcePort, family, 'source');
  if (typeof from === 'string') return invalid(from);
  const to = addressOf(destination, destinationPort, family, 'destination');
  if (typeof to === 'string') return invalid(to);
  return { kind: 'header', header: { ...common, transport: 'tcp', source: from, destination: to }, length };
}

function addressOf(text: string, portText: string, family: Family, which: string): Address | string {
  const bytes = parseIp(text);
  if (bytes === null || bytes.length !== family.addressBytes)
    return `version 1: the ${which} address is "${text}", where one of ${family.name} belongs${family.addressBytes === 4 ? ', four numbers from 0 to 255 without leading zeros' : ''}`;
  if (!/^(0|[1-9]\d{0,4})$/.test(portText) || Number(portText) > 65_535)
    return `version 1: the ${which} port is "${portText}", where a number from 0 to 65535 without leading zeros belongs`;
  return { kind: 'tcp', host: formatIp(unmap(bytes)), port: Number(portText) };
}

function wrongByte(bytes: Uint8Array, at: number, where: string, belongs: string): ProxyRead {
  const before = printable(latin1(bytes, 0, at));
  const byte = hex(bytes[at] as number);
  return invalid(
    `version 1: byte ${at + 1} is ${byte} ${where}, where ${belongs} belongs; before it: "${before}"`,
  );
}
