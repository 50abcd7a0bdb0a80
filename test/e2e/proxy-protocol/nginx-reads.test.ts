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
import { NGINX_STREAM_MODULE, startNginxReader } from './nginx-reader.ts';

const CLIENT: Address = { kind: 'tcp', host: '192.0.2.7', port: 56_324 };
const SERVER: Address = { kind: 'tcp', host: '198.51.100.9', port: 443 };
const CLIENT6: Address = { kind: 'tcp', host: '2001:db8::7', port: 1 };
const SERVER6: Address = { kind: 'tcp', host: '2001:db8::9', port: 65_535 };
const UNIX: Address = { kind: 'unix', path: '/run/client.sock' };
/** nginx before 1.23.2 takes no more than 107 bytes of version 2 either. */
const SAID: ProxyHeaderV2 = {
  command: 'proxy',
  transport: 'tcp',
  source: CLIENT,
  destination: SERVER,
  tlvs: { ...NO_PROXY_TLVS, authority: 'shop.example', alpn: 'h2', uniqueId: Buffer.from('connection 7') },
  crc32c: true,
};

describe('nginx with proxy_protocol', () => {
  needs('nginx', NGINX_STREAM_MODULE);

  test('reads the addresses of our lines of version 1', async () => {
    const port = await startNginxReader();
    expect(await answerTo(port, writeProxyHeaderV1(CLIENT, SERVER))).toBe('192.0.2.7 56324 198.51.100.9 443');
    expect(await answerTo(port, writeProxyHeaderV1(CLIENT6, SERVER6))).toBe(
      '2001:db8::7 1 2001:db8::9 65535',
    );
    expect(await answerTo(port, writeProxyHeaderV1(CLIENT, SERVER6))).toBe(
      '::ffff:c000:207 56324 2001:db8::9 65535',
    );
    expect(await answerTo(port, writeProxyHeaderV1(UNIX, SERVER))).toBe('   ');
  });

  test.each([[true], [false]])(
    'reads our headers of version 2 with TLVs, with a checksum: %s',
    async (crc32c) => {
      const port = await startNginxReader();
      const four = writeProxyHeaderV2({ ...SAID, crc32c }).bytes;
      expect(await answerTo(port, four)).toBe('192.0.2.7 56324 198.51.100.9 443');
      const six = writeProxyHeaderV2({ ...SAID, source: CLIENT6, destination: SERVER6, crc32c }).bytes;
      expect(await answerTo(port, six)).toBe('2001:db8::7 1 2001:db8::9 65535');
    },
  );

  test('takes LOCAL and UNSPEC', async () => {
    const port = await startNginxReader();
    expect(await answerTo(port, writeProxyHeaderV2({ ...SAID, command: 'local' }).bytes)).toBe('   ');
    expect(await answerTo(port, writeProxyHeaderV2({ ...SAID, source: UNIX }).bytes)).toBe('   ');
  });
});

async function answerTo(port: number, header: Uint8Array): Promise<string> {
  return (await ask(port, header)).text;
}
