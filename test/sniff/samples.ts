import type { Protocol, Sniffed } from '../../src/core/plan.ts';
import { alpn, bytesOf, extension, helloMessage, helloOfSize, records, serverName } from './client-hellos.ts';

/** Bytes that end where the verdict falls, and what is to be found in them. */
export interface Sample {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly sniffed: Sniffed;
}

const GREASE = extension(0x4a4a, new Uint8Array(0));
const NAMED = { protocol: 'tls', sni: 'a.example.com', alpn: ['h2', 'http/1.1'] } as const;
const named = [GREASE, serverName('a.example.com'), alpn('h2', 'http/1.1'), extension(0xfafa, bytesOf(0))];

/** For each protocol what its clients send. The contract in `contract.test.ts` is run over all of them. */
export const SAMPLES = {
  tls: [
    tls('one record', records(helloMessage({ extensions: named })), NAMED),
    tls('records of one byte', records(helloMessage({ extensions: named }), 1), NAMED),
    tls('records of 100 bytes', records(helloMessage({ extensions: named }), 100), NAMED),
    tls('a post-quantum key share', records(helloOfSize(1800, ...named)), NAMED),
    tls('16 KiB in five records', records(helloOfSize(2 ** 14, ...named), 3500), NAMED),
    tls('no extensions at all', records(helloMessage({ extensions: null })), { protocol: 'tls' }),
    tls('an empty list of extensions', records(helloMessage({ extensions: [] })), { protocol: 'tls' }),
  ],
  http1: [
    text('http1', 'GET / HTTP/1.1\r\n'),
    text('http1', 'OPTIONS * HTTP/1.0\r\n'),
    text('http1', 'CONNECT a.example.com:443 HTTP/1.1\n'),
    text('http1', 'POST http://a.example.com/x?y=z HTTP/1.1\r\n'),
    text('http1', 'VERSION-CONTROL /caf\u00e9 HTTP/1.1\r\n'),
    text('http1', `GET /${'x'.repeat(3000)} HTTP/1.1\r\n`),
    text('http1', `GET /${'x'.repeat(4095)}`),
  ],
  http2: [text('http2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')],
  ssh: [text('ssh', 'SSH-')],
} satisfies Record<'tls' | 'http1' | 'http2' | 'ssh', readonly Sample[]>;

export const ALL_SAMPLES: readonly Sample[] = Object.values(SAMPLES).flat();

function tls(name: string, bytes: Uint8Array, sniffed: Sniffed): Sample {
  return { name: `tls: ${name}`, bytes, sniffed };
}

function text(protocol: Protocol, content: string): Sample {
  const name = `${protocol}: ${JSON.stringify(content.slice(0, 50))}`;
  return { name, bytes: bytesOf(content), sniffed: { protocol } };
}
