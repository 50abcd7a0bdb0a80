import type { Sniffed } from '../core/sniffed.ts';
import { readTargetHost } from './http-authority.ts';
import { endOfFields, readFields } from './http-fields.ts';
import { HTTP_METHODS } from './http-methods.ts';
import { agrees } from './literal.ts';
import { readRequestLine } from './request-line.ts';
import { matchSoFar, NO_MATCH, needMore, type Verdict } from './sniffer.ts';

const VERSIONS = ['HTTP/1.'];
/** After so much of a target it is HTTP; waiting for the end of the line would cost more than it tells. */
export const HTTP_TARGET_BYTES_ENOUGH = 4096;

const HTTP1: Sniffed = { protocol: 'http1' };
const MATCH: Verdict = { kind: 'match', sniffed: HTTP1 };

/** The methods, each with the space that ends it. */
const BEGINNINGS: readonly string[] = HTTP_METHODS.map((method) => `${method} `);

/**
 * `resume` is how much of the target has been checked; behind the request line, this many times where the fields begin
 * plus how far the end of them was looked for.
 */
const FIELDS_AT = 2 ** 17;

/**
 * Recognises HTTP/1 by its request line: a known method, one target without spaces and control bytes, `HTTP/1.` with a
 * digit, and the end of the line. RFC 9112, 3. The version is waited for because other protocols (RTSP, ICAP, Redis
 * inline commands) share methods with HTTP; only after a target of 4 KiB it is not. HTTP/0.9 has no version and is not
 * recognised.
 *
 * A host in the target comes with the match. Else it comes from the fields, with the end of all of them: a second Host
 * makes the first worthless (RFC 9112, 3.2).
 */
export function sniffHttp1(bytes: Uint8Array, resume = 0): Verdict {
  const beginning = BEGINNINGS.find((text) => agrees(bytes, 0, text));
  if (beginning === undefined) return NO_MATCH;
  if (bytes.length < beginning.length) return needMore(bytes.length + 1);
  if (resume >= FIELDS_AT)
    return sniffFields(bytes, beginning, Math.floor(resume / FIELDS_AT), resume % FIELDS_AT);
  const line = readRequestLine(bytes, beginning.length, VERSIONS, resume);
  if (line.kind === 'whole') return sniffFields(bytes, beginning, line.next, line.next - 1);
  const isCertain = line.targetBytes >= HTTP_TARGET_BYTES_ENOUGH;
  if (line.kind === 'no') return isCertain ? MATCH : NO_MATCH;
  return isCertain
    ? matchSoFar(HTTP1, bytes.length + 1, line.checked)
    : needMore(bytes.length + 1, line.checked);
}

function sniffFields(bytes: Uint8Array, beginning: string, fieldsAt: number, from: number): Verdict {
  const target = readTargetHost(bytes, beginning.length, beginning === 'CONNECT ');
  const sniffed = typeof target === 'string' ? { ...HTTP1, host: target } : HTTP1;
  const end = endOfFields(bytes, from);
  if (end < 0) return matchSoFar(sniffed, bytes.length + 1, fieldsAt * FIELDS_AT - end);
  const fields = readFields(bytes, fieldsAt, end);
  const host = target === null ? fields.host : undefined;
  const websocket = beginning === 'GET ' && fields.isWebsocket;
  return {
    kind: 'match',
    sniffed: {
      ...sniffed,
      ...(host === undefined ? {} : { host }),
      ...(websocket ? { websocket: true as const } : {}),
    },
  };
}
