import { describe, expect, test } from 'vitest';
import type { Address } from '../../../src/core/address.ts';
import { NO_PROXY_TLVS } from '../../../src/core/proxy-header.ts';
import {
  type ProxyHeaderV2,
  writeProxyHeaderV1,
  writeProxyHeaderV2,
} from '../../../src/proxy-protocol/index.ts';
import { needs } from '../../support/programs.ts';
import { ask } from './ask.ts';
import { startHaproxyReader } from './haproxy-reader.ts';

const REQUEST = 'GET / HTTP/1.0\r\n\r\n';
const CLIENT: Address = { kind: 'tcp', host: '192.0.2.7', port: 56_324 };
const SERVER: Address = { kind: 'tcp', host: '198.51.100.9', port: 443 };
const CLIENT6: Address = { kind: 'tcp', host: '2001:db8::7', port: 1 };
const SERVER6: Address = { kind: 'tcp', host: '2001:db8::9', port: 65_535 };
const UNIX: Address = { kind: 'unix', path: '/run/client.sock' };
const SAID: ProxyHeaderV2 = {
  command: 'proxy',
  transport: 'tcp',
  source: CLIENT,
  destination: SERVER,
  tlvs: {
    ...NO_PROXY_TLVS,
    authority: 'shop.example',
    alpn: 'h2',
    uniqueId: Buffer.from('connection 7'),
    traceparent: { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7', flags: 1 },
    ssl: {
      ...{
        tls: true,
        certificateOnConnection: true,
        certificateInSession: true,
        verify: 0,
        version: 'TLSv1.3',
      },
      ...{ commonName: 'client.test', cipher: 'TLS_AES_128_GCM_SHA256', signatureAlgorithm: null },
      ...{ keyAlgorithm: null, group: null, signatureScheme: null, clientCertificate: null, others: [] },
    },
    others: [{ type: 0xea, value: Buffer.from('\x01vpce-1') }],
  },
  crc32c: true,
};

describe('HAProxy with accept-proxy', () => {
  needs('haproxy');

  test('reads the addresses of our lines of version 1', async () => {
    const port = await startHaproxyReader();
    expect(await answerTo(port, writeProxyHeaderV1(CLIENT, SERVER))).toBe(
      '192.0.2.7|56324|198.51.100.9|443||',
    );
    expect(await answerTo(port, writeProxyHeaderV1(CLIENT6, SERVER6))).toBe(
      '2001:db8::7|1|2001:db8::9|65535||',
    );
    expect(await answerTo(port, writeProxyHeaderV1(CLIENT, SERVER6))).toBe(
      '::ffff:192.0.2.7|56324|2001:db8::9|65535||',
    );
  });

  test.each([[true], [false]])(
    'reads our headers of version 2 with every TLV, with a checksum: %s',
    async (crc32c) => {
      const port = await startHaproxyReader();
      const tlvs = 'shop.example|connection 7';
      const four = writeProxyHeaderV2({ ...SAID, crc32c }).bytes;
      expect(await answerTo(port, four)).toBe(`192.0.2.7|56324|198.51.100.9|443|${tlvs}`);
      const six = writeProxyHeaderV2({ ...SAID, source: CLIENT6, destination: SERVER6, crc32c }).bytes;
      expect(await answerTo(port, six)).toBe(`2001:db8::7|1|2001:db8::9|65535|${tlvs}`);
      const mixed = writeProxyHeaderV2({ ...SAID, destination: SERVER6, crc32c }).bytes;
      expect(await answerTo(port, mixed)).toBe(`::ffff:192.0.2.7|56324|2001:db8::9|65535|${tlvs}`);
    },
  );

  test('refuses one whose checksum is wrong, as we do', async () => {
    const port = await startHaproxyReader();
    const { bytes } = writeProxyHeaderV2(SAID);
    bytes[16] = (bytes[16] as number) ^ 1;
    expect((await ask(port, bytes, REQUEST)).text).toBe('');
  });

  // HAProxy 2.6 refuses PROXY with UNSPEC, UDP and Unix addresses, which proxy-protocol.txt lets it.
  test.each([
    ['LOCAL', writeProxyHeaderV2({ ...SAID, command: 'local' }).bytes],
    ['UNKNOWN', writeProxyHeaderV1(UNIX, SERVER)],
  ])('takes %s, and the addresses of the real connection', async (_name, bytes) => {
    const port = await startHaproxyReader();
    expect(await answerTo(port, bytes)).toMatch(
      new RegExp(`^127\\.0\\.0\\.1\\|\\d+\\|127\\.0\\.0\\.1\\|${port}\\|`),
    );
  });
});

async function answerTo(port: number, header: Uint8Array): Promise<string> {
  const { text } = await ask(port, header, REQUEST);
  return text.slice(text.indexOf('\r\n\r\n') + 4);
}
