import { writeProxyHeaderV1, writeProxyHeaderV2 } from '../../src/proxy-protocol/index.ts';
import type { Dice } from '../simulation/dice.ts';
import {
  bytesOf,
  CLIENT,
  CLIENT6,
  IPV4_BLOCK,
  IPV6_BLOCK,
  SERVER,
  SERVER6,
  SIGNATURE,
  tlv,
  unixField,
  v2,
} from './bytes.ts';

const SSL = bytesOf(7, 0, 0, 0, 0, tlv(0x21, 'TLSv1.3'), tlv(0x22, 'client'), tlv(0x28, 'DER'));
const TLVS = bytesOf(
  ...[tlv(1, 'h2'), tlv(2, 'a.example'), tlv(4, 'padding'), tlv(5, 'id'), tlv(0x20, SSL), tlv(0x30, 'blue')],
  ...[tlv(0xe7, '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'), tlv(0xea, '\x01vpce')],
);
const TRUE_HEADERS = [
  writeProxyHeaderV1(CLIENT, SERVER),
  writeProxyHeaderV1(CLIENT6, SERVER6),
  writeProxyHeaderV1(null, null),
  v2(0x21, 0x11, IPV4_BLOCK),
  v2(0x21, 0x11, bytesOf(IPV4_BLOCK, TLVS)),
  v2(0x21, 0x21, bytesOf(IPV6_BLOCK, TLVS)),
  v2(0x21, 0x31, bytesOf(unixField('/run/a.sock'), unixField('\0b'), TLVS)),
  v2(0x20, 0x00, TLVS),
  v2(0x21, 0x00, TLVS),
  writeWithChecksum(),
];
const BEGINNINGS = [
  ...[bytesOf('PROXY '), bytesOf('PROXY TCP4 1.2.3.4 '), bytesOf('PROXY TCP6 ::'), bytesOf('PROXY UNKNOWN')],
  ...[SIGNATURE, bytesOf(SIGNATURE, 0x21, 0x11), bytesOf(SIGNATURE, 0x21, 0x21, 0), bytesOf(SIGNATURE, 0x20)],
  bytesOf(SIGNATURE, 0x21, 0x11, 0, 40, IPV4_BLOCK),
];
const TELLING = [0, 1, 2, 3, 4, 5, 0x0a, 0x0d, 0x20, 0x21, 0x30, 0x31, 0x3a, 0x50, 0xe7, 0xff];

function writeWithChecksum(): Uint8Array {
  const said = {
    command: 'proxy',
    transport: 'tcp',
    source: CLIENT,
    destination: SERVER,
    crc32c: true,
  } as const;
  const tlvs = {
    alpn: 'h2',
    authority: 'a',
    uniqueId: null,
    ssl: null,
    netns: null,
    traceparent: null,
    others: [],
  };
  return writeProxyHeaderV2({ ...said, tlvs }).bytes;
}

/** Bytes of a hostile sender: any, any after a true beginning, or a true header changed at some places. */
export function hostileBytes(dice: Dice): Uint8Array {
  const kind = dice.next();
  if (kind < 0.15) return randomBytes(dice, 60);
  if (kind < 0.4) return joined(dice.one(BEGINNINGS), randomBytes(dice, 60));
  let bytes: Uint8Array = Uint8Array.from(dice.one(TRUE_HEADERS));
  for (let left = dice.between(1, 4); left > 0; left--) bytes = changed(dice, bytes);
  return bytes;
}

function randomBytes(dice: Dice, max: number): Uint8Array {
  const bytes = new Uint8Array(dice.between(0, max));
  for (let i = 0; i < bytes.length; i++)
    bytes[i] = dice.often(0.5) ? dice.one(TELLING) : dice.between(0, 255);
  return bytes;
}

function changed(dice: Dice, bytes: Uint8Array): Uint8Array {
  const at = dice.between(0, Math.max(0, bytes.length - 1));
  const how = dice.next();
  if (how < 0.1) return bytes.subarray(0, at);
  if (how < 0.2) return joined(bytes.subarray(0, at), bytes.subarray(at + 1));
  if (how < 0.3) return joined(bytes.subarray(0, at), randomBytes(dice, 4), bytes.subarray(at));
  if (how < 0.4) return joined(bytes, randomBytes(dice, 8));
  if (bytes.length > 0) bytes[at] = dice.often(0.5) ? dice.one(TELLING) : dice.between(0, 255);
  return bytes;
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
