import { sniffLiteral } from './literal.ts';
import type { Verdict } from './sniffer.ts';

/** How the identification string begins. A client, unlike a server, sends no other lines before it. RFC 4253, 4.2. */
const IDENTIFICATION = 'SSH-';

const MATCH: Verdict = { kind: 'match', sniffed: { protocol: 'ssh' } };

/** Recognises an SSH client that speaks first. One that waits for the server's identification is silent. */
export function sniffSsh(bytes: Uint8Array): Verdict {
  return sniffLiteral(bytes, IDENTIFICATION, MATCH);
}
