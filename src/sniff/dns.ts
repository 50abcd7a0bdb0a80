import { uint16 } from './numbers.ts';
import { NO_MATCH, needMore, type Verdict } from './sniffer.ts';

const LENGTH_BYTES = 2;
const HEADER_BYTES = 12;
const QUESTIONS_AT = LENGTH_BYTES + HEADER_BYTES;
/** The header, the root, a type and a class. */
const MESSAGE_BYTES_MIN = HEADER_BYTES + 5;
/** A question takes 271 at most; a signature and options of EDNS come behind it. */
const MESSAGE_BYTES_MAX = 1023;
const LABEL_BYTES_MAX = 63;
const NAME_BYTES_MAX = 255;
/** Of a record behind its name: type, class, time to live, length. */
const RECORD_BYTES = 10;
/** Of what a query can have besides: a SOA record for IXFR, then EDNS options and a signature. */
const AUTHORITY_MAX = 1;
const ADDITIONAL_MAX = 2;

const MATCH: Verdict = { kind: 'match', sniffed: { protocol: 'dns' } };

/**
 * Recognises DNS over TCP by one whole query, well-formed to its last byte: a question, no answers, and behind it at
 * most the records that queries have. RFC 1035, 4; RFC 7766, 8.
 */
export function sniffDns(bytes: Uint8Array): Verdict {
  const held = bytes.length;
  if (held === 0) return needMore(1);
  if ((bytes[0] as number) > MESSAGE_BYTES_MAX >> 8) return NO_MATCH;
  if (held < LENGTH_BYTES) return needMore(LENGTH_BYTES);
  const length = uint16(bytes, 0);
  if (length < MESSAGE_BYTES_MIN) return NO_MATCH;
  if (held < 6) return needMore(6);
  // No answer, a standard query, not cut off; the three bits of the second byte that are a server's are clear.
  if (((bytes[4] as number) & 0xfe) !== 0 || ((bytes[5] as number) & 0xcf) !== 0) return NO_MATCH;
  if (held < QUESTIONS_AT) return needMore(QUESTIONS_AT);
  const isQuery = uint16(bytes, 6) === 1 && uint16(bytes, 8) === 0;
  const records = uint16(bytes, 10) + uint16(bytes, 12);
  if (!isQuery || uint16(bytes, 10) > AUTHORITY_MAX || uint16(bytes, 12) > ADDITIONAL_MAX) return NO_MATCH;
  const end = LENGTH_BYTES + length;
  if (held < end) return needMore(end);
  return isWhole(bytes, end, records) ? MATCH : NO_MATCH;
}

function isWhole(bytes: Uint8Array, end: number, records: number): boolean {
  const question = endOfName(bytes, QUESTIONS_AT, end, false);
  if (question < 0 || question + 4 > end) return false;
  if (uint16(bytes, question) === 0 || uint16(bytes, question + 2) === 0) return false;
  let at = question + 4;
  for (let left = records; left > 0; left--) {
    const name = endOfName(bytes, at, end, true);
    if (name < 0 || name + RECORD_BYTES > end) return false;
    at = name + RECORD_BYTES + uint16(bytes, name + 8);
  }
  return at === end;
}

/** Behind a name; -1 where there is none. A pointer, which is not followed, ends one where pointers are allowed. */
function endOfName(bytes: Uint8Array, from: number, end: number, pointers: boolean): number {
  let at = from;
  while (at < end && at - from < NAME_BYTES_MAX) {
    const label = bytes[at] as number;
    if (label === 0) return at + 1;
    if (label >= 0xc0) return pointers ? at + 2 : -1;
    if (label > LABEL_BYTES_MAX) return -1;
    at += 1 + label;
  }
  return -1;
}
