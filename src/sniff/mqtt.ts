import type { Sniffed } from '../core/sniffed.ts';
import { agrees } from './literal.ts';
import { uint16 } from './numbers.ts';
import { matchSoFar, NO_MATCH, needMore, type Verdict } from './sniffer.ts';
import { readName } from './text.ts';

const CONNECT = 0x10;
/** The remaining length is 1 to 4 bytes, with 7 bits in each. */
const LENGTH_BYTES_MAX = 4;
/** Name and level of each version: 3.1, 3.1.1 and 5. */
const BEGINNINGS = ['\x00\x06MQIsdp\x03', '\x00\x04MQTT\x04', '\x00\x04MQTT\x05'];
const LEVEL_5 = 5;
const FLAG_RESERVED = 0x01;
/** Flags and keep-alive. */
const FLAGS_BYTES = 3;
/** Behind those there is at least the length of the client id. */
const REST_BYTES_MIN = FLAGS_BYTES + 2;

const MQTT: Sniffed = { protocol: 'mqtt' };
const MATCH: Verdict = { kind: 'match', sniffed: MQTT };

/** A number in 7-bit groups, lowest first. */
type Groups =
  | { readonly kind: 'open' }
  | { readonly kind: 'bad' }
  | { readonly kind: 'whole'; readonly value: number; readonly next: number };

/**
 * Recognises a client of MQTT 3.1, 3.1.1 or 5 by the header of its CONNECT packet up to the flags; the client id
 * follows. MQTT 5.0, 3.1.
 */
export function sniffMqtt(bytes: Uint8Array): Verdict {
  if (bytes.length === 0) return needMore(1);
  if (bytes[0] !== CONNECT) return NO_MATCH;
  const length = readGroups(bytes, 1);
  if (length.kind === 'bad') return NO_MATCH;
  if (length.kind === 'open') return needMore(bytes.length + 1);
  const beginning = BEGINNINGS.find(
    (text) => agrees(bytes, length.next, text) && length.value >= text.length + REST_BYTES_MIN,
  );
  if (beginning === undefined) return NO_MATCH;
  const flagsAt = length.next + beginning.length;
  if (bytes.length <= flagsAt) return needMore(bytes.length + 1);
  if (((bytes[flagsAt] as number) & FLAG_RESERVED) !== 0) return NO_MATCH;
  return sniffClientId(bytes, flagsAt, length.next + length.value);
}

/** `end`: where the packet ends. */
function sniffClientId(bytes: Uint8Array, flagsAt: number, end: number): Verdict {
  let at = flagsAt + FLAGS_BYTES;
  if (bytes[flagsAt - 1] === LEVEL_5) {
    if (bytes.length <= at) return matchSoFar(MQTT, at + 1);
    const properties = readGroups(bytes, at);
    if (properties.kind === 'open') return matchSoFar(MQTT, bytes.length + 1);
    if (properties.kind === 'bad') return MATCH;
    at = properties.next + properties.value;
  }
  if (at + 2 > end) return MATCH;
  if (bytes.length < at + 2) return matchSoFar(MQTT, at + 2);
  const idEnd = at + 2 + uint16(bytes, at);
  if (idEnd > end) return MATCH;
  if (bytes.length < idEnd) return matchSoFar(MQTT, idEnd);
  const mqttClientId = readName(bytes, at + 2, idEnd);
  return mqttClientId === undefined ? MATCH : { kind: 'match', sniffed: { ...MQTT, mqttClientId } };
}

/** MQTT 5.0, 1.5.5: as few bytes as the number takes, at most 4. */
function readGroups(bytes: Uint8Array, from: number): Groups {
  let value = 0;
  let unit = 1;
  for (let i = 0; i < LENGTH_BYTES_MAX; i++) {
    const byte = bytes[from + i];
    if (byte === undefined) return { kind: 'open' };
    value += (byte & 0x7f) * unit;
    if (byte < 0x80)
      return byte === 0 && i > 0 ? { kind: 'bad' } : { kind: 'whole', value, next: from + i + 1 };
    unit *= 0x80;
  }
  return { kind: 'bad' };
}
