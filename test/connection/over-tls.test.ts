import { afterEach, describe, expect, test } from 'vitest';
import { readProxyHeader } from '../../src/proxy-protocol/index.ts';
import { sniff } from '../../src/sniff/index.ts';
import { contractPeer } from '../plane/memory-world.ts';
import { testAuthority } from '../support/certificates.ts';
import { needs } from '../support/programs.ts';
import { TlsPeer } from '../tls/tls-peer.ts';
import { backendTlsPlan, openTls, settle, tlsClient, tlsPlan } from './tls.ts';
import { bytesOf, closeWorlds, type World, type WorldPieces } from './world.ts';

afterEach(closeWorlds);

/** A client inside TLS that is relayed to a plain backend. */
async function relayed(pieces: WorldPieces = {}): Promise<{ world: World; client: TlsPeer }> {
  const world = await openTls({ tls: tlsPlan(), ...pieces });
  const client = tlsClient(world);
  await settle(world);
  if (world.state() !== 'streaming') throw new Error(`the connection is ${world.state()}, not streaming`);
  return { world, client };
}

describe('a client inside TLS', () => {
  needs('openssl');

  test('half-closes, and gets its answer: close_notify and FIN are one end of one direction', async () => {
    const { world, client } = await relayed();
    client.write(Buffer.from('question'));
    client.end();
    await settle(world);
    expect([world.state(), world.backend().finAt === null]).toEqual(['half-closed-client', false]);
    world.backend().write(bytesOf(50_000));
    world.backend().end();
    await settle(world);
    expect([client.received.length, client.sawFin]).toEqual([50_000, true]);
    expect(world.closed()).toMatchObject({
      reason: 'client-fin',
      bytesUp: 8,
      bytesDown: 50_000,
      undeliveredDown: 0,
    });
  });

  test('goes on sending after the FIN of the backend, which it is told as close_notify', async () => {
    const { world, client } = await relayed();
    world.backend().end();
    await settle(world);
    expect(world.state()).toBe('half-closed-backend');
    client.write(Buffer.from('more'));
    client.end();
    await settle(world);
    expect(Buffer.from(world.backend().received).toString()).toBe('more');
    expect([client.sawFin, world.closed().reason]).toEqual([true, 'backend-fin']);
  });

  test('that is cut off by a FIN without close_notify is truncated, and the backend is reset', async () => {
    const { world, client } = await relayed();
    client.write(Buffer.from('half a '));
    await settle(world);
    client.raw.end();
    await settle(world);
    expect(Buffer.from(world.backend().received).toString()).toBe('half a ');
    expect([world.backend().resetAt === null, world.backend().finAt]).toEqual([false, null]);
    expect(world.closed()).toMatchObject({ reason: 'client-truncated', during: 'streaming' });
  });

  test('is reset where its backend was, never told an end', async () => {
    const { world, client } = await relayed();
    world.backend().write(Buffer.from('half a '));
    await settle(world);
    world.backend().reset();
    await settle(world);
    expect(Buffer.from(client.received).toString()).toBe('half a ');
    expect([client.sawReset, client.sawFin]).toEqual([true, false]);
    expect(world.closed()).toMatchObject({ reason: 'backend-reset' });
  });

  test('that does not read holds its backend up within the window', async () => {
    const { world, client } = await relayed();
    client.stopReading();
    world.backend().write(bytesOf(2_000_000));
    await settle(world, 40);
    expect(world.backend().undelivered).toBeGreaterThan(1_000_000);
    client.startReading();
    await settle(world, 100);
    expect(client.received.length).toBe(2_000_000);
    expect(Buffer.from(client.received).equals(bytesOf(2_000_000))).toBe(true);
  });

  test.each([
    ['a kill', 'killed', (world: World) => world.kill()],
    ['the end of a service drain', 'drain-timeout', (world: World) => world.shard.cut()],
    ['silence', 'idle-timeout', (world: World) => world.run(60_050)],
  ] as const)('is reset by %s', async (_name, reason, end) => {
    const { world, client } = await relayed();
    end(world);
    await settle(world);
    expect([client.sawReset, world.closed().reason, world.plane.open]).toEqual([true, reason, 0]);
  });
});

/** A client that is relayed to a backend over TLS; the backends' sessions in the order in which they were begun. */
async function encrypted(pieces: WorldPieces = {}): Promise<{ world: World; backends: TlsPeer[] }> {
  const backends: TlsPeer[] = [];
  const world = await openTls({
    connect: { tls: backendTlsPlan() },
    serve: (peer) => backends.push(new TlsPeer(contractPeer(peer), true)),
    ...pieces,
  });
  return { world, backends };
}

describe('a backend spoken to over TLS', () => {
  needs('openssl');

  test('gets what the client sends in the clear, and answers; the fact has the session', async () => {
    const { world, backends } = await encrypted();
    const client = world.connect();
    client.write(bytesOf(30_000));
    client.end();
    await settle(world);
    const [backend] = backends as [TlsPeer];
    expect([backend.received.length, backend.sawFin]).toEqual([30_000, true]);
    backend.write(Buffer.from('answer'));
    backend.end();
    await settle(world);
    expect(Buffer.from(client.received).toString()).toBe('answer');
    expect(world.closed()).toMatchObject({
      reason: 'client-fin',
      bytesUp: 30_000,
      bytesDown: 6,
      attempts: [{ error: '' }],
      backendTls: { version: 'TLSv1.3', sni: 'a.test', peer: { verified: true } },
    });
  });

  test('that is cut off without close_notify is truncated, and the client is reset', async () => {
    const { world, backends } = await encrypted();
    const client = world.connect();
    await settle(world);
    backends[0]?.write(Buffer.from('half a '));
    await settle(world);
    backends[0]?.raw.end();
    await settle(world);
    expect(Buffer.from(client.received).toString()).toBe('half a ');
    expect([client.resetAt === null, client.finAt]).toEqual([false, null]);
    expect(world.closed()).toMatchObject({ reason: 'backend-truncated', during: 'streaming' });
  });

  test('is asked for the name and the protocol of the client', async () => {
    const world = await openTls({
      tls: tlsPlan({ alpn: ['h2', 'http/1.1'] }),
      connect: { tls: backendTlsPlan({ serverName: 'client', alpn: 'pass' }) },
    });
    tlsClient(world, { servername: 'a.test', ALPNProtocols: ['http/1.1'] });
    await settle(world, 20);
    const { sniffed } = sniff(world.backend().received, true);
    expect(sniffed).toMatchObject({ protocol: 'tls', sni: 'a.test', alpn: ['http/1.1'] });
  });

  test('gets the PROXY header before TLS, in the clear', async () => {
    const raw: Buffer[] = [];
    const world = await openTls({
      connect: { tls: backendTlsPlan(), proxyOut: { version: 1, tlvs: [] } },
      serve: (peer) => peer.on({ data: (bytes) => raw.push(Buffer.from(bytes)) }),
    });
    world.connect();
    await settle(world);
    const [line, rest] = Buffer.concat(raw).toString('latin1').split('\r\n', 1).concat('');
    expect([line, rest]).toEqual([expect.stringMatching(/^PROXY TCP4 10\.0\.2\.1 10\.0\.0\.1 \d+ 80$/), '']);
    const at = Buffer.concat(raw).indexOf('\r\n') + 2;
    expect([...Buffer.concat(raw).subarray(at, at + 2)]).toEqual([22, 3]);
  });

  test('is told in the PROXY header what the client has agreed on and who it is', async () => {
    const { cert, key } = testAuthority().issue({ commonName: 'somebody' });
    const world = await openTls({
      tls: tlsPlan({ alpn: ['h2'], clientAuth: 'optional', clientCa: testAuthority().cert }),
      connect: { proxyOut: { version: 2, tlvs: ['alpn', 'authority', 'ssl', 'crc32c'] } },
    });
    tlsClient(world, { servername: 'a.test', ALPNProtocols: ['h2'], cert, key });
    await settle(world);
    const read = readProxyHeader(world.backend().received);
    expect(read).toMatchObject({
      kind: 'header',
      header: {
        tlvs: {
          alpn: 'h2',
          authority: 'a.test',
          ssl: {
            tls: true,
            certificateOnConnection: true,
            verify: 0,
            version: 'TLSv1.3',
            commonName: 'somebody',
          },
        },
      },
    });
  });

  test('whose certificate is for another name fails, and so does the next: backend-handshake', async () => {
    const { world } = await encrypted({
      connect: { tls: backendTlsPlan({ serverName: 'b.test' }), retries: 1 },
    });
    const client = world.connect();
    await settle(world);
    expect(client.resetAt).not.toBeNull();
    const { reason, during, attempts } = world.closed();
    expect([reason, during, attempts.map(({ backend }) => backend)]).toEqual([
      'backend-handshake',
      'dialing',
      [0, 1],
    ]);
    for (const { error } of attempts) expect(error).toMatch(/ALTNAME/);
    expect(world.plane.open).toBe(0);
  });

  test('that does not speak it is followed by one that does', async () => {
    const backends: TlsPeer[] = [];
    const world = await openTls({
      connect: { tls: backendTlsPlan() },
      serve: (peer, row) => {
        if (row === 0) peer.write(Buffer.from('220 plain\r\n'));
        else backends.push(new TlsPeer(contractPeer(peer), true));
      },
    });
    world.connect().write(Buffer.from('hello'));
    await settle(world);
    expect(Buffer.from(backends[0]?.received ?? []).toString()).toBe('hello');
    world.kill();
    await settle(world);
    expect(world.closed()).toMatchObject({
      backend: 1,
      attempts: [{ backend: 0 }, { backend: 1, error: '' }],
    });
  });

  test('is not verified where the pool says so', async () => {
    const { world } = await encrypted({
      connect: { tls: backendTlsPlan({ serverName: 'b.test', verify: false }) },
    });
    world.connect();
    await settle(world);
    expect(world.state()).toBe('streaming');
    world.kill();
    await settle(world);
    expect(world.closed().backendTls?.peer?.verified).toBe(false);
  });

  /** A backend that takes the connection and says nothing. */
  const SILENT: WorldPieces = { connect: { tls: backendTlsPlan({ handshakeMs: 500 }), retries: 0 } };

  test('that says nothing fails by the deadline of its handshake', async () => {
    const world = await openTls(SILENT);
    world.connect();
    await settle(world);
    world.run(460);
    expect([world.state(), world.counts(0)]).toEqual(['dialing', [1, 0]]);
    world.run(60);
    await settle(world);
    expect(world.closed()).toMatchObject({ reason: 'connect-timeout', attempts: [{ error: 'timeout' }] });
    expect(world.plane.open).toBe(0);
  });

  test.each([
    ['a kill', 'killed', (world: World) => world.kill()],
    ['the end of a service drain', 'drain-timeout', (world: World) => world.shard.cut()],
    [
      'a RST of the client',
      'client-reset',
      (_world: World, client: ReturnType<World['connect']>) => client.reset(),
    ],
  ] as const)('is given up in its handshake by %s', async (_name, reason, end) => {
    const world = await openTls(SILENT);
    const client = world.connect();
    await settle(world);
    end(world, client);
    await settle(world);
    expect(world.closed()).toMatchObject({ reason, during: 'dialing', attempts: [{ error: 'cancelled' }] });
    expect([world.backend().resetAt === null, world.plane.open]).toEqual([false, 0]);
  });
});
