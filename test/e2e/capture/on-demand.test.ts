import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, statSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { testAuthority } from '../../support/certificates.ts';
import type { Child } from '../../support/child.ts';
import { eventually } from '../../support/eventually.ts';
import { sha256 } from '../../support/payload.ts';
import { needs } from '../../support/programs.ts';
import { launchSluice, type Sluice, startSluice } from '../../support/sluice.ts';
import { dial, serve } from '../../support/tcp.ts';
import { tempDir } from '../../support/temp.ts';
import { expectFaultless, expectWellFormed, type Followed, fieldsOf, followAll } from './tshark.ts';

const OLD = 8;
const NEW = 8;
const BYTES = 300_000;

describe('sluice capture', () => {
  needs('tshark');

  test('of a listener has exactly what every connection of all shards exchanges meanwhile, also those that were there before', async () => {
    const { sluice, temporary } = await start(2);
    const clients = await Promise.all(Array.from({ length: OLD }, () => dial(sluice.address())));
    for (const client of clients) await exchange(client, randomBytes(10_000));
    const { child, file } = await capture(sluice, ['edge', '--for', '10m']);
    clients.push(...(await Promise.all(Array.from({ length: NEW }, () => dial(sluice.address())))));
    const sent = new Map<string, string>();
    await Promise.all(
      clients.map(async (client) => {
        const bytes = randomBytes(BYTES);
        sent.set(`${client.localAddress}:${client.localPort}`, sha256(bytes));
        await exchange(client, bytes);
      }),
    );
    expect(await captures(sluice)).toMatchObject([{ listener: 'edge', connection: null }]);
    child.signal('SIGINT');
    expect(await ended(child)).toMatchObject({ code: 0 });
    expect(child.stderr.toString()).toMatch(/packets, 9\.2MiB of payload, 16 connections; it was ended\n$/);
    // Two busy threads may write more than a second apart.
    await expectWellFormed(file);
    const all = await followAll(file);
    // By where they go to: a port that a client has may be one of Sluice's own towards the backend, too.
    const isNear = ({ answerer }: Followed) => answerer.endsWith(`:${sluice.address().port}`);
    const near = all.filter(isNear);
    expect(near).toHaveLength(OLD + NEW);
    for (const { opener, sent: up, received } of near)
      expect([up.sha256, received.sha256]).toEqual([sent.get(opener), sent.get(opener)]);
    const far = all.filter((one) => !isNear(one));
    expect(far.map(({ sent: up }) => up.sha256).sort()).toEqual([...sent.values()].sort());
    const comments = (await fieldsOf(file, 'frame.comment', 'frame.comment')).flat().join('\n');
    expect(new Set(comments.match(/connection [0-9a-f]{2}/g))).toEqual(
      new Set(['connection 00', 'connection 01']),
    );
    for (const client of clients) await exchange(client, randomBytes(1000));
    await eventually(() => readdirSync(temporary).length === 0, 'the files to be removed');
    expect(await captures(sluice)).toEqual([]);
  });

  test('of a connection has it alone, and ends when it ends', async () => {
    const { sluice, temporary } = await start(1);
    const [client, other] = [await dial(sluice.address()), await dial(sluice.address())];
    await exchange(client, randomBytes(5000));
    const peer = `${client.localAddress}:${client.localPort}`;
    const { child, file } = await capture(sluice, [await idOf(sluice, peer), '--for', '10m']);
    const bytes = randomBytes(BYTES);
    await exchange(client, bytes);
    await exchange(other, randomBytes(5000));
    client.end();
    expect(await ended(child)).toMatchObject({ code: 0 });
    expect(child.stderr.toString()).toMatch(/ 1 connection; the listener or connection is no more\n$/);
    await expectFaultless(file);
    const all = await followAll(file);
    expect(all).toHaveLength(2);
    expect(all.map(({ opener }) => opener)).toContain(peer);
    for (const { sent, received } of all)
      expect([sent.sha256, received.sha256]).toEqual([sha256(bytes), sha256(bytes)]);
    expect(await fieldsOf(file, 'tcp.flags.fin == 1', 'frame.number')).toHaveLength(4);
    await eventually(() => readdirSync(temporary).length === 0, 'the files to be removed');
  });

  test('takes over TLS what a filter means, has no more bytes than it may, ends with its time, and leaves no file where it is refused', async () => {
    const authority = testAuthority();
    const { certFile, keyFile } = authority.issue({ names: ['127.0.0.1'] });
    const { sluice } = await start(1, `, tls: { cert: ${certFile}, key: ${keyFile} }`);
    const ca = ['--ca', authority.certFile];
    const client = await dial(sluice.address());
    const [none, some] = await Promise.all([
      capture(sluice, ['edge', '--for', '3s', '--filter', 'client=192.0.2.0/24', ...ca]),
      capture(sluice, [
        ...['edge', '--for', '10m', '--filter', 'client=127.0.0.0/8', '--max-bytes', '100KB'],
        ...ca,
      ]),
    ]);
    await exchange(client, randomBytes(BYTES));
    expect(await ended(some.child)).toMatchObject({ code: 0 });
    expect(some.child.stderr.toString()).toMatch(/it has all the bytes it may have/);
    expect(statSync(some.file).size).toBeLessThanOrEqual(100_000);
    expect(statSync(some.file).size).toBeGreaterThan(90_000);
    expect(await fieldsOf(some.file, '_ws.malformed', 'frame.number')).toEqual([]);
    const file = join(tempDir(), 'x.pcapng');
    const asking = ['capture', 'other', '-o', file, '--admin', sluice.admin!];
    const [refused, untrusting] = [launchSluice([...asking, ...ca]), launchSluice(asking)];
    expect(await ended(untrusting)).toMatchObject({ code: 1 });
    expect(untrusting.stderr.toString()).toMatch(/does not answer: .*certificate/);
    expect(await ended(refused)).toMatchObject({ code: 1 });
    expect(refused.stderr.toString()).toMatch(/there is no listener "other"; those in force are "edge"/);
    expect(existsSync(file)).toBe(false);
    expect(await ended(none.child)).toMatchObject({ code: 0 });
    expect(none.child.stderr.toString()).toMatch(
      /^0 packets, 0B of payload, 0 connections; its time is over/m,
    );
  });
});

async function start(workers: number, tls = ''): Promise<{ sluice: Sluice; temporary: string }> {
  const temporary = tempDir();
  const { port } = await serve((socket) => socket.pipe(socket));
  const config = `
workers: ${workers}
plane: linux
listeners: [{ name: edge, listen: 127.0.0.1:0, to: only }]
pools: { only: { backends: [127.0.0.1:${port}], health: off } }
admin: { listen: 127.0.0.1:0${tls} }
`;
  return { sluice: await startSluice(config, { env: { TMPDIR: temporary } }), temporary };
}

/** Starts the command; resolves when the capture is under way. */
async function capture(
  { admin }: Sluice,
  args: readonly string[],
): Promise<{ readonly child: Child; readonly file: string }> {
  const file = join(tempDir(), 'x.pcapng');
  const child = launchSluice(['capture', ...args, '-o', file, '--admin', admin!]);
  await eventually(() => existsSync(file) && statSync(file).size > 0, 'the capture to begin');
  return { child, file };
}

function ended(child: Child) {
  return child.waitFor(() => child.exit ?? undefined, 'the capture to end');
}

/** Sends bytes, and waits until the echo of all has come. */
async function exchange(client: Socket, bytes: Uint8Array): Promise<void> {
  const until = client.bytesRead + bytes.length;
  client.resume().write(bytes);
  await eventually(() => client.bytesRead >= until, 'the echo');
}

async function captures({ admin }: Sluice): Promise<unknown> {
  return ((await (await fetch(`${admin}/v1/captures`)).json()) as { captures: unknown }).captures;
}

async function idOf({ admin }: Sluice, peer: string): Promise<string> {
  const page = await (await fetch(`${admin}/v1/connections`)).json();
  const { connections } = page as { connections: { connection: string; client: string }[] };
  return connections.find(({ client }) => client === peer)?.connection ?? 'none';
}
