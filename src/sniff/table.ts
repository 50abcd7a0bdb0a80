import { sniffHttp1 } from './http1.ts';
import { sniffHttp2 } from './http2.ts';
import type { Sniffer } from './sniffer.ts';
import { sniffSsh } from './ssh.ts';
import { sniffTls } from './tls.ts';

/** Every sniffer, in the order in which they are asked. `docs/add-a-sniffer.md` says how to add one. */
export const SNIFFERS = {
  tls: sniffTls,
  http1: sniffHttp1,
  http2: sniffHttp2,
  ssh: sniffSsh,
} satisfies Record<'tls' | 'http1' | 'http2' | 'ssh', Sniffer>;
