import { writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Address } from '../../../src/core/address.ts';
import { NO_PROXY_TLVS } from '../../../src/core/proxy-header.ts';
import {
  type ProxyHeaderV2,
  writeProxyHeaderV1,
  writeProxyHeaderV2,
} from '../../../src/proxy-protocol/index.ts';
import { freePort } from '../../support/ports.ts';
import { start } from '../../support/process.ts';
import { needs, program } from '../../support/programs.ts';
import { tempDir } from '../../support/temp.ts';
import { waitForPort } from '../../support/wait-for-port.ts';
import { ask } from './ask.ts';

const STREAM_MODULE = '/usr/lib/nginx/modules/ngx_stream_module.so';
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
  needs('nginx', STREAM_MODULE);

  test('reads the addresses of our lines of version 1', async () => {
    const port = await startNginxStream();
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
      const port = await startNginxStream();
      const four = writeProxyHeaderV2({ ...SAID, crc32c }).bytes;
      expect(await answerTo(port, four)).toBe('192.0.2.7 56324 198.51.100.9 443');
      const six = writeProxyHeaderV2({ ...SAID, source: CLIENT6, destination: SERVER6, crc32c }).bytes;
      expect(await answerTo(port, six)).toBe('2001:db8::7 1 2001:db8::9 65535');
    },
  );

  test('takes LOCAL and UNSPEC', async () => {
    const port = await startNginxStream();
    expect(await answerTo(port, writeProxyHeaderV2({ ...SAID, command: 'local' }).bytes)).toBe('   ');
    expect(await answerTo(port, writeProxyHeaderV2({ ...SAID, source: UNIX }).bytes)).toBe('   ');
  });
});

/** nginx that answers every connection with the addresses of its PROXY header. */
async function startNginxStream(): Promise<number> {
  const directory = tempDir();
  const port = await freePort();
  const config = join(directory, 'nginx.conf');
  const fields = ['addr', 'port', 'server_addr', 'server_port'].map((field) => `$proxy_protocol_${field}`);
  writeFileSync(
    config,
    `
load_module ${STREAM_MODULE};
daemon off;
worker_processes 1;
${userInfo().uid === 0 ? 'user root root;' : ''}
pid ${join(directory, 'nginx.pid')};
error_log stderr warn;
events { worker_connections 64; }
stream {
  server {
    listen 127.0.0.1:${port} proxy_protocol;
    return "${fields.join(' ')}";
  }
}
`,
  );
  const nginx = start(program('nginx'), ['-p', directory, '-c', config]);
  await waitForPort(nginx, port);
  return port;
}

async function answerTo(port: number, header: Uint8Array): Promise<string> {
  return (await ask(port, header)).text;
}
