import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { testAuthority } from '../../support/certificates.ts';
import { expectCleanEnd } from '../../support/clean-end.ts';
import { freePort } from '../../support/ports.ts';
import { run } from '../../support/process.ts';
import { program } from '../../support/programs.ts';
import { type Sluice, startSluice } from '../../support/sluice.ts';
import { dial, hear, serve, write } from '../../support/tcp.ts';
import { tempDir } from '../../support/temp.ts';
import { startHaproxy } from './haproxy.ts';
import { startReader } from './reader.ts';

/** Where HAProxy connects from: by a port alone it could not be told from its clients. */
const HAPROXY = '127.0.0.3';
const PEER = /^127\.0\.0\.3:\d+$/;

describe('Sluice with proxy_protocol: require behind HAProxy', () => {
  test.each(['send-proxy', 'send-proxy-v2', 'send-proxy-v2 proxy-v2-options crc32c,unique-id'])(
    'takes the client from %s, and routes by it',
    async (options) => {
      const sluice = await requiring(await echo());
      const port = await haproxyTo(sluice, options);
      const socket = await dial({ host: '127.0.0.2', port });
      const client = `127.0.0.1:${socket.localPort}`;
      const heard = hear(socket);
      await write(socket, Buffer.from('there and back'));
      socket.end();
      expect(await heard).toMatchObject({ bytes: 14, end: 'fin' });
      const [line] = await sluice.waitForClosed(1);
      expect(line).toMatchObject({
        ...{ client, local: `127.0.0.2:${port}`, pool: 'app' },
        ...{ route: 'by-destination', reason: 'client-fin', bytes_up: 14, bytes_down: 14 },
      });
      expect(line?.['peer']).toMatch(PEER);
      await expectCleanEnd(sluice);
    },
  );

  test('takes the client of TLS from send-proxy-v2-ssl-cn, and tells the backend of it', async () => {
    const reader = await startReader();
    const sluice = await requiring(reader.port, '{ version: v2, tlvs: [authority, alpn, ssl, crc32c] }');
    const authority = testAuthority();
    const both = join(tempDir(), 'server.pem');
    const server = authority.issue({ names: ['server.test'] });
    writeFileSync(both, server.cert + server.key);
    const tls = `ssl crt ${both} ca-file ${authority.certFile} verify required alpn h2`;
    const options = 'send-proxy-v2-ssl-cn proxy-v2-options authority,ssl-cipher,cert-cn';
    const port = await haproxyTo(sluice, options, tls);

    const shown = authority.issue({ commonName: 'client.test' });
    await run(
      program('openssl'),
      [
        ...['s_client', '-quiet', '-no_ign_eof', '-connect', `127.0.0.2:${port}`],
        ...['-servername', 'server.test', '-alpn', 'h2', '-cert', shown.certFile, '-key', shown.keyFile],
      ],
      { input: 'after the header' },
    );
    const { read } = await reader.next();
    if (read.kind !== 'header') throw new Error(JSON.stringify(read));
    expect(read.header.destination).toEqual({ kind: 'tcp', host: '127.0.0.2', port });
    expect(read.header.tlvs.ssl).toMatchObject({ commonName: 'client.test' });
    expect(read.header.tlvs.authority).toBe('server.test');
    const [line] = await sluice.waitForClosed(1);
    expect(line?.['proxy_header']).toMatchObject({
      authority: 'server.test',
      ssl_common_name: 'client.test',
    });
    const { source } = read.header;
    expect(source?.kind === 'tcp' ? `${source.host}:${source.port}` : null).toBe(line?.['client']);
    expect(line?.['client']).toMatch(/^127\.0\.0\.1:/);
    expect(line?.['peer']).toMatch(PEER);
  });

  test('turns away a client that comes without a header', async () => {
    const sluice = await requiring(await echo());
    const direct = await dial(sluice.address());
    const heard = hear(direct);
    await write(direct, Buffer.from('GET / HTTP/1.0\r\n\r\n'));
    expect((await heard).bytes).toBe(0);
    const [line] = await sluice.waitForClosed(1);
    expect(line).toMatchObject({ reason: 'proxy-header', backend: null });
    expect(line?.['refusal']).toEqual(expect.any(String));
  });
});

/** Whatever comes in is sent back. */
async function echo(): Promise<number> {
  return (await serve((socket) => socket.pipe(socket))).port;
}

function requiring(backend: number, header = 'off'): Promise<Sluice> {
  return startSluice(`
listeners:
  - name: edge
    listen: 127.0.0.1:0
    proxy_protocol: require
    trusted: [127.0.0.1, ${HAPROXY}]
    routes: [{ name: by-destination, match: { destination: 127.0.0.2 }, to: app }]
pools: { app: { backends: ["127.0.0.1:${backend}"], connect: { proxy_protocol: ${header} } } }
`);
}

/** HAProxy in front of Sluice; resolves with the port that clients connect to, at 127.0.0.2. */
async function haproxyTo(sluice: Sluice, options: string, tls = ''): Promise<number> {
  const { host, port: to } = sluice.address();
  const port = await freePort('127.0.0.2');
  await startHaproxy(
    port,
    `listen edge
  unique-id-format %ci:%cp
  bind 127.0.0.2:${port} ${tls}
  server s ${host}:${to} source ${HAPROXY} ${options}`,
  );
  return port;
}
