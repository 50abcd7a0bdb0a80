import { readFileSync, writeFileSync } from 'node:fs';
import { connect as connectTo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { NO_PROXY_TLVS, type ProxyHeader } from '../../../src/core/proxy-header.ts';
import { writeProxyHeaderV1, writeProxyHeaderV2 } from '../../../src/proxy-protocol/index.ts';
import { later } from '../../support/cleanup.ts';
import { freePort, freePortOn } from '../../support/ports.ts';
import { run } from '../../support/process.ts';
import { needs, program } from '../../support/programs.ts';
import { dial } from '../../support/tcp.ts';
import { tempDir } from '../../support/temp.ts';
import { startHaproxy } from './haproxy.ts';
import { type Head, startReader } from './reader.ts';

describe('what HAProxy sends', () => {
  needs('haproxy', 'openssl');

  test.each([
    ['send-proxy', 1],
    ['send-proxy-v2', 2],
    ['send-proxy-v2 proxy-v2-options crc32c', 2],
  ])('with %s is read, byte for byte what we would send', async (options, version) => {
    const { reader, port } = await forward('127.0.0.1', options);
    const { head, source } = await connect(reader, '127.0.0.1', port);
    const destination = { kind: 'tcp', host: '127.0.0.1', port } as const;
    const expected = {
      version,
      command: 'proxy',
      transport: 'tcp',
      source,
      destination,
      tlvs: NO_PROXY_TLVS,
    };
    expect(headerOf(head)).toEqual(expected);
    const ours =
      version === 1
        ? writeProxyHeaderV1(source, destination)
        : writeProxyHeaderV2({ ...headerOf(head), crc32c: options.includes('crc32c') }).bytes;
    expect(bytesOfHeader(head).toString('hex')).toBe(Buffer.from(ours).toString('hex'));
  });

  test.each([['send-proxy'], ['send-proxy-v2']])('with %s for a client of IPv6 is read', async (options) => {
    const { reader, port } = await forward('::1', options);
    const { head, source } = await connect(reader, '::1', port);
    expect(headerOf(head)).toMatchObject({ transport: 'tcp', source, destination: { host: '::1', port } });
  });

  test.each([['send-proxy'], ['send-proxy-v2 proxy-v2-options crc32c']])(
    'with %s for a client of a Unix socket is read, without addresses',
    async (options) => {
      const path = join(tempDir(), 'edge.sock');
      const { reader } = await forward('127.0.0.1', options, '', path);
      const socket = connectTo(path);
      later(() => {
        socket.destroy();
      });
      socket.write('after the header');
      expect(headerOf(await reader.next())).toMatchObject({
        transport: 'unspecified',
        source: null,
        destination: null,
      });
    },
  );

  test('as unique id is read', async () => {
    const { reader, port } = await forward(
      '127.0.0.1',
      'send-proxy-v2 proxy-v2-options unique-id,crc32c',
      '%ci:%cp',
    );
    const { head, source } = await connect(reader, '127.0.0.1', port);
    const id = Buffer.from(headerOf(head).tlvs.uniqueId ?? []).toString();
    expect(id).toBe(`127.0.0.1:${source.port}`);
  });

  test('with a health check is read as LOCAL', async () => {
    const reader = await startReader();
    const port = await freePort();
    await startHaproxy(
      port,
      `listen checked\n  bind 127.0.0.1:${port}\n  server s 127.0.0.1:${reader.port} send-proxy-v2 check-send-proxy check inter 100ms proxy-v2-options crc32c`,
    );
    const expected = {
      version: 2,
      command: 'local',
      transport: 'unspecified',
      source: null,
      destination: null,
    };
    expect(headerOf(await reader.next())).toEqual({ ...expected, tlvs: NO_PROXY_TLVS });
  });

  test.each([
    ['TLSv1.2', ['-tls1_2', '-cipher'], 'ECDHE-ECDSA-AES128-GCM-SHA256'],
    ['TLSv1.3', ['-tls1_3', '-ciphersuites'], 'TLS_AES_128_GCM_SHA256'],
  ])(
    'with send-proxy-v2-ssl-cn for s_client with %s is read, with all that it says of TLS',
    async (version, flags, cipher) => {
      const { reader, port, args } = await terminate();
      await sClient([...args, ...flags, cipher]);
      const head = await reader.next();
      const { tlvs, ...header } = headerOf(head);
      expect(header).toMatchObject({
        version: 2,
        transport: 'tcp',
        destination: { host: '127.0.0.1', port },
      });
      expect(tlvs).toMatchObject({ alpn: 'h2', authority: 'server.test', others: [] });
      expect(tlvs.ssl).toEqual({
        tls: true,
        certificateOnConnection: true,
        certificateInSession: true,
        verify: 0,
        version,
        commonName: 'client.test',
        cipher,
        signatureAlgorithm: 'ecdsa-with-SHA256',
        keyAlgorithm: 'EC256',
        group: null,
        signatureScheme: null,
        clientCertificate: null,
        others: [],
      });
    },
  );

  test('for a client that shows no certificate is read as that, though its result is 0', async () => {
    const { reader, args } = await terminate();
    await sClient(args.slice(0, args.indexOf('-cert')));
    expect(headerOf(await reader.next()).tlvs.ssl).toMatchObject({
      tls: true,
      certificateOnConnection: false,
      certificateInSession: false,
      verify: 0,
      commonName: null,
    });
  });
});

/** HAProxy from a port of `host` to a reader. */
async function forward(host: string, options: string, uniqueId = '', path = '') {
  const reader = await startReader();
  const port = await freePortOn([host]);
  const format = uniqueId === '' ? '' : `unique-id-format ${uniqueId}`;
  const bind = `bind ${host.includes(':') ? `[${host}]` : host}:${port}`;
  await startHaproxy(
    port,
    `listen edge\n  ${bind}\n  ${path === '' ? '' : `bind unix@${path}`}\n  ${format}\n  server s 127.0.0.1:${reader.port} ${options}`,
  );
  return { reader, port };
}

/** A client of HAProxy, and what the reader saw of it. */
async function connect(reader: Awaited<ReturnType<typeof startReader>>, host: string, port: number) {
  const socket = await dial({ host, port });
  socket.write('after the header');
  const head = await reader.next();
  return { head, source: { kind: 'tcp', host, port: socket.localPort as number } as const };
}

/** HAProxy that terminates TLS in front of a reader, and the arguments of an s_client with a certificate. */
async function terminate() {
  const reader = await startReader();
  const port = await freePort();
  const [server, client] = [await makeCertificate('server.test'), await makeCertificate('client.test')];
  const options =
    'send-proxy-v2-ssl-cn proxy-v2-options ssl,cert-cn,ssl-cipher,cert-sig,cert-key,authority,crc32c';
  await startHaproxy(
    port,
    `listen tls
  bind 127.0.0.1:${port} ssl crt ${server.both} ca-file ${client.certificate} verify optional alpn h2
  server s 127.0.0.1:${reader.port} ${options}`,
  );
  const args = [
    ...['-connect', `127.0.0.1:${port}`, '-servername', 'server.test', '-alpn', 'h2'],
    ...['-cert', client.certificate, '-key', client.key],
  ];
  return { reader, port, args };
}

/** The client stays until the server has ended the connection. */
async function sClient(args: readonly string[]): Promise<void> {
  await run(program('openssl'), ['s_client', '-quiet', '-no_ign_eof', ...args], {
    input: 'after the header',
  });
}

async function makeCertificate(name: string) {
  const directory = tempDir();
  const [certificate, key, both] = ['certificate', 'key', 'both'].map((file) =>
    join(directory, `${file}.pem`),
  ) as [string, string, string];
  await run(program('openssl'), [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
    ...['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`, '-keyout', key, '-out', certificate],
  ]);
  writeFileSync(both, readFileSync(certificate, 'utf8') + readFileSync(key, 'utf8'));
  return { certificate, key, both };
}

function headerOf({ read, bytes }: Head): ProxyHeader {
  if (read.kind !== 'header') throw new Error(`${JSON.stringify(read)} of ${bytes.toString('hex')}`);
  return read.header;
}

function bytesOfHeader({ read, bytes }: Head): Buffer {
  return bytes.subarray(0, read.kind === 'header' ? read.length : 0);
}
