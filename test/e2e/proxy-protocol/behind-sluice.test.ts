import { describe, expect, test } from 'vitest';
import { expectCleanEnd } from '../../support/clean-end.ts';
import { type Sluice, startSluice } from '../../support/sluice.ts';
import { dial } from '../../support/tcp.ts';
import { startHaproxyReader } from './haproxy-reader.ts';
import { startNginxReader } from './nginx-reader.ts';

const REQUEST = 'GET / HTTP/1.0\r\n\r\n';
const VERSIONS = [
  ['v1', 'v1'],
  ['v2', 'v2'],
  ['v2 with a checksum', '{ version: v2, tlvs: [crc32c] }'],
  ['v2 with every TLV', '{ version: v2, tlvs: [alpn, authority, ssl, unique_id, crc32c, trace] }'],
] as const;

describe('HAProxy with accept-proxy behind Sluice', () => {
  test.each(VERSIONS)('sees who the client is, told by %s', async (name, header) => {
    const sluice = await inFrontOf(await startHaproxyReader(), header);
    const { answer, client, local } = await clientOf(sluice, REQUEST);
    const [line] = await sluice.waitForClosed(1);
    const id = name.includes('every') ? line?.connection : '';
    expect(answer.slice(answer.indexOf('\r\n\r\n') + 4)).toBe(`${client}|${local}||${id}`);
    expect(line).toMatchObject({ pool: 'app', attempts: 1 });
    await expectCleanEnd(sluice);
  });
});

describe('nginx with proxy_protocol behind Sluice', () => {
  // nginx before 1.23.2 takes no more than 107 bytes.
  test.each(VERSIONS.slice(0, 3))('sees who the client is, told by %s', async (_name, header) => {
    const sluice = await inFrontOf(await startNginxReader(), header);
    const { answer, client, local } = await clientOf(sluice);
    expect(answer).toBe(`${client}|${local}`.replaceAll('|', ' '));
    await expectCleanEnd(sluice);
  });
});

function inFrontOf(port: number, header: string): Promise<Sluice> {
  return startSluice(`
listeners: [{ name: edge, listen: 127.0.0.1:0, to: app }]
pools: { app: { backends: ["127.0.0.1:${port}"], connect: { proxy_protocol: ${header} } } }
`);
}

/** A client, told apart by its address: what it was answered, and both its ends as `host|port`. */
async function clientOf(sluice: Sluice, request = '') {
  const { host, port } = sluice.address();
  const socket = await dial({ host, port });
  const client = `${socket.localAddress}|${socket.localPort}`;
  socket.write(request);
  const answer: Buffer[] = [];
  for await (const data of socket) answer.push(data as Buffer);
  socket.destroy();
  return { answer: Buffer.concat(answer).toString('latin1'), client, local: `${host}|${port}` };
}
