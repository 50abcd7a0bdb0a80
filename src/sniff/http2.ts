import { sniffLiteral } from './literal.ts';
import type { Verdict } from './sniffer.ts';

/** The client connection preface. RFC 9113, 3.4. */
const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';

const MATCH: Verdict = { kind: 'match', sniffed: { protocol: 'http2' } };

/** Recognises HTTP/2 without TLS, begun with prior knowledge. HTTP/2 inside TLS is `tls` with ALPN `h2`. */
export function sniffHttp2(bytes: Uint8Array): Verdict {
  return sniffLiteral(bytes, PREFACE, MATCH);
}
