import { HTTP_TARGET_BYTES_ENOUGH } from './http1.ts';
import { agrees } from './literal.ts';
import { readRequestLine } from './request-line.ts';
import { NO_MATCH, needMore, type Verdict } from './sniffer.ts';

/** RFC 2326, 10 and RFC 7826, 13, each with the space that ends it. */
const BEGINNINGS = [
  'OPTIONS ',
  'DESCRIBE ',
  'ANNOUNCE ',
  'SETUP ',
  'PLAY ',
  'PLAY_NOTIFY ',
  'PAUSE ',
  'RECORD ',
  'TEARDOWN ',
  'GET_PARAMETER ',
  'SET_PARAMETER ',
  'REDIRECT ',
];
const VERSIONS = ['RTSP/1.', 'RTSP/2.'];

const MATCH: Verdict = { kind: 'match', sniffed: { protocol: 'rtsp' } };

/** Recognises RTSP by its request line, which is that of HTTP but for the methods and the version. RFC 2326, 6.1. */
export function sniffRtsp(bytes: Uint8Array, resume = 0): Verdict {
  const beginning = BEGINNINGS.find((text) => agrees(bytes, 0, text));
  if (beginning === undefined) return NO_MATCH;
  if (bytes.length < beginning.length) return needMore(bytes.length + 1);
  const line = readRequestLine(bytes, beginning.length, VERSIONS, resume);
  if (line.kind === 'whole')
    return line.targetEnd - beginning.length < HTTP_TARGET_BYTES_ENOUGH ? MATCH : NO_MATCH;
  if (line.kind === 'no' || line.targetBytes >= HTTP_TARGET_BYTES_ENOUGH) return NO_MATCH;
  return needMore(bytes.length + 1, line.checked);
}
