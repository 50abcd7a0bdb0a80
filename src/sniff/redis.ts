import { isFtpMechanism } from './ftp.ts';
import { readLine } from './line.ts';
import { REDIS_COMMANDS } from './redis-commands.ts';
import { NO_MATCH, needMore, type Verdict } from './sniffer.ts';
import { latin1 } from './text.ts';

const ASTERISK = 0x2a;
const DOLLAR = 0x24;
const SPACE = 0x20;
const CARRIAGE_RETURN = 0x0d;
const LINE_FEED = 0x0a;
const SLASH = 0x2f;

/** What the server allows. */
const ARRAY_ITEMS_MAX = 1024 * 1024;
/** The first item is the name of a command. */
const NAME_BYTES_MAX = 64;
/** The server takes 64 KiB; people type less. */
const INLINE_BYTES_MAX = 512;
const COMMANDS: ReadonlySet<string> = new Set(REDIS_COMMANDS);

const MATCH: Verdict = { kind: 'match', sniffed: { protocol: 'redis' } };

/**
 * Recognises a client of Redis by the beginning of an array of bulk strings, `*2\r\n$3\r\n`, or by an inline command: a
 * whole line that begins with the name of a command. Redis serialization protocol specification. A line that HTTP or
 * another protocol with request lines may mean is none: one whose first argument is a path, or that ends with a
 * version. So is `AUTH TLS` and its like, which FTP means.
 */
export function sniffRedis(bytes: Uint8Array): Verdict {
  return bytes[0] === ASTERISK || bytes.length === 0 ? sniffArray(bytes) : sniffInline(bytes);
}

function sniffArray(bytes: Uint8Array): Verdict {
  if (bytes.length === 0) return needMore(1);
  const items = readCount(bytes, 1, ARRAY_ITEMS_MAX);
  if (typeof items !== 'number') return items;
  if (items >= bytes.length) return needMore(bytes.length + 1);
  if (bytes[items] !== DOLLAR) return NO_MATCH;
  const name = readCount(bytes, items + 1, NAME_BYTES_MAX);
  return typeof name === 'number' ? MATCH : name;
}

/** Behind a number from 1 to `max` without leading zeros and its CR LF. */
function readCount(bytes: Uint8Array, from: number, max: number): number | Verdict {
  let count = 0;
  let at = from;
  for (; at < bytes.length && isDigit(bytes[at] as number); at++) {
    count = count * 10 + (bytes[at] as number) - 0x30;
    if (count === 0 || count > max) return NO_MATCH;
  }
  if (at === bytes.length) return needMore(bytes.length + 1);
  if (count === 0 || bytes[at] !== CARRIAGE_RETURN) return NO_MATCH;
  if (at + 1 === bytes.length) return needMore(bytes.length + 1);
  return bytes[at + 1] === LINE_FEED ? at + 2 : NO_MATCH;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

function sniffInline(bytes: Uint8Array): Verdict {
  const end = endOfWord(bytes);
  const name = latin1(bytes, 0, end).toUpperCase();
  if (end === bytes.length) return isBeginning(name) ? needMore(end + 1) : NO_MATCH;
  if (!COMMANDS.has(name)) return NO_MATCH;
  if (bytes[end] === SPACE && bytes[end + 1] === SLASH) return NO_MATCH;
  const line = readLine(bytes, end, INLINE_BYTES_MAX);
  if (line.kind === 'bad') return NO_MATCH;
  if (line.kind === 'open') return needMore(bytes.length + 1);
  return isOfOthers(name, latin1(bytes, end, line.end).trim()) ? NO_MATCH : MATCH;
}

/** Behind the letters that the bytes begin with, or one more than a name can have. */
function endOfWord(bytes: Uint8Array): number {
  const limit = Math.min(bytes.length, NAME_BYTES_MAX);
  let at = 0;
  while (at < limit && isNameByte(bytes[at] as number)) at++;
  return at;
}

function isNameByte(byte: number): boolean {
  const lower = byte | 0x20;
  return (lower >= 0x61 && lower <= 0x7a) || byte === 0x5f || byte === 0x2d;
}

function isBeginning(name: string): boolean {
  return REDIS_COMMANDS.some((command) => command.startsWith(name));
}

function isOfOthers(name: string, rest: string): boolean {
  if (name === 'AUTH' && isFtpMechanism(rest)) return true;
  return /(?:^|[ \t])[A-Z]{2,8}\/[0-9]\.[0-9]$/.test(rest);
}
