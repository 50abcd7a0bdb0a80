import { agrees } from './literal.ts';
import { NO_MATCH, needMore, type Verdict } from './sniffer.ts';

/**
 * The protocol header of each version: 0-9-1, 0-10, 0-9, 0-8, and 1.0 plain, over TLS and over SASL. AMQP 0-9-1, 4.2.2;
 * AMQP 1.0, 2.2, 5.2 and 5.3.2.
 */
const HEADERS = [
  'AMQP\x00\x00\x09\x01',
  'AMQP\x01\x01\x00\x0a',
  'AMQP\x01\x01\x00\x09',
  'AMQP\x01\x01\x08\x00',
  'AMQP\x00\x01\x00\x00',
  'AMQP\x02\x01\x00\x00',
  'AMQP\x03\x01\x00\x00',
];
const HEADER_BYTES = 8;

const MATCH: Verdict = { kind: 'match', sniffed: { protocol: 'amqp' } };

/** Recognises a client of AMQP by its protocol header. */
export function sniffAmqp(bytes: Uint8Array): Verdict {
  if (!HEADERS.some((header) => agrees(bytes, 0, header))) return NO_MATCH;
  return bytes.length >= HEADER_BYTES ? MATCH : needMore(bytes.length + 1);
}
