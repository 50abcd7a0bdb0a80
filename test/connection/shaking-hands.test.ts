import { Duplex } from 'node:stream';
import { connect } from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import { helloMessage, records, serverName } from '../sniff/client-hellos.ts';
import { certificatePlan, selfSigned, testAuthority } from '../support/certificates.ts';
import { needs } from '../support/programs.ts';
import type { TlsPeer } from '../tls/tls-peer.ts';
import { routeTo } from './plan.ts';
import { backendTlsPlan, HANDSHAKE_MS, openTls, settle, tlsClient, tlsPlan } from './tls.ts';
import { closeWorlds, seen, World, type WorldPieces } from './world.ts';

afterEach(closeWorlds);

/** What is in TLS goes to backend 0 by its own bytes, TLS that is passed through to 1, everything plain to 2. */
const ONE_PORT: WorldPieces = {
  poolForEachBackend: true,
  backends: 3,
  routes: [
    routeTo(0, { all: [{ sni: ['a.test'] }, { protocol: ['http1'] }] }, 'inside'),
    routeTo(1, { protocol: ['tls'] }, 'tls'),
    routeTo(2, null, 'plain'),
  ],
};
const REQUEST = Buffer.from('GET / HTTP/1.1\r\nHost: a.test\r\n\r\n');

const HELLO = records(helloMessage({ extensions: [serverName('a.test')] }));

/** The ClientHello that Node sends for this name. */
async function hello(servername: string): Promise<Buffer> {
  return new Promise((resolve) => {
    const stream = new Duplex({ read: () => {}, write: (bytes: Buffer) => resolve(bytes) });
    connect({ socket: stream, servername }).on('error', () => {});
  });
}

function portOf(world: World, index = 0): number {
  return (world.backend(index).local as { port: number }).port;
}

describe('TLS with a client', () => {
  needs('openssl');

  test('is terminated for a name with a certificate, and what is inside is sniffed and routed', async () => {
    const world = await openTls({ ...ONE_PORT, tls: tlsPlan({ alpn: ['http/1.1'] }) });
    const client = tlsClient(world, { servername: 'a.test', ALPNProtocols: ['http/1.1'] });
    client.write(REQUEST);
    await settle(world);
    expect([portOf(world), Buffer.from(world.backend().received)]).toEqual([9000, REQUEST]);
    world.backend().write(Buffer.from('200'));
    world.backend().end();
    client.end();
    await settle(world);
    expect([Buffer.from(client.received).toString(), client.sawFin]).toEqual(['200', true]);
    expect(world.closed()).toMatchObject({
      reason: expect.stringMatching(/-fin$/),
      protocol: 'http1',
      sni: 'a.test',
      clientTls: { version: 'TLSv1.3', alpn: 'http/1.1', sni: 'a.test', peer: null },
      refusal: null,
      bytesUp: REQUEST.length,
      bytesDown: 3,
    });
    expect(world.defects()).toEqual([]);
  });

  test('for a name without one is passed through, every byte', async () => {
    const world = await openTls({ ...ONE_PORT, tls: tlsPlan() });
    const bytes = await hello('b.test');
    world.connect().write(bytes);
    await settle(world);
    expect([portOf(world), Buffer.from(world.backend().received)]).toEqual([9001, bytes]);
    world.kill();
    await settle(world);
    expect(world.closed()).toMatchObject({ sni: 'b.test', protocol: 'tls', clientTls: null });
  });

  test('is passed through by a route that says so, though there is a certificate', async () => {
    const passing = { ...routeTo(1, { sni: ['a.test'] }, 'passing'), tlsPassthrough: true };
    const world = await openTls({ ...ONE_PORT, routes: [passing, routeTo(2)], tls: tlsPlan() });
    const bytes = await hello('a.test');
    world.connect().write(bytes);
    await settle(world);
    expect([portOf(world), Buffer.from(world.backend().received)]).toEqual([9001, bytes]);
  });

  test('for any name is terminated with the default certificate', async () => {
    const certificates = [certificatePlan(testAuthority().issue({ names: ['a.test'] }), true)];
    const world = await openTls({ tls: tlsPlan({ certificates }) });
    const client = tlsClient(world, { servername: 'b.test' });
    await settle(world);
    expect([client.isSecure, world.state()]).toEqual([true, 'streaming']);
  });

  test('leaves plain clients of the same port alone, a silent one too', async () => {
    const world = await openTls({ ...ONE_PORT, tls: tlsPlan() });
    world.connect().write(REQUEST);
    await settle(world);
    expect([portOf(world), Buffer.from(world.backend().received)]).toEqual([9002, REQUEST]);
    world.connect();
    world.run(350);
    expect([world.state(1), portOf(world, 1)]).toEqual(['streaming', 9002]);
  });

  test.each([
    ['speaks something else', REQUEST],
    ['says nothing', Buffer.from('')],
    ['stops in the middle of its ClientHello', HELLO.subarray(0, 60)],
  ])('that is required turns away who %s', async (_name, bytes) => {
    const world = await openTls({ tls: tlsPlan({ required: true }) });
    const client = world.connect();
    client.write(bytes);
    world.run(350);
    expect(seen(client)).toBe('reset');
    expect(world.closed()).toMatchObject({ reason: 'tls-required', during: 'routing', attempts: [] });
  });

  test('that is required takes no name without a certificate around it, but by a route that passes TLS through', async () => {
    const passing = { ...routeTo(1, { sni: ['through.test'] }, 'through'), tlsPassthrough: true };
    const world = await openTls({
      poolForEachBackend: true,
      routes: [passing, routeTo(0)],
      tls: tlsPlan({ required: true }),
    });
    const client = world.connect();
    client.write(records(helloMessage({ extensions: [serverName('other.test')] })));
    world.run(20);
    expect([...client.received]).toEqual([21, 3, 3, 0, 2, 2, 112]);
    client.end();
    world.run(20);
    expect(world.closed()).toMatchObject({ reason: 'tls-required', attempts: [] });
    world.connect().write(records(helloMessage({ extensions: [serverName('through.test')] })));
    world.run(20);
    expect(portOf(world)).toBe(9001);
  });

  test('decides by the certificate that the client has shown, and not before', async () => {
    const { cert, key } = testAuthority().issue({ commonName: 'somebody' });
    const world = await openTls({
      poolForEachBackend: true,
      routes: [routeTo(1, { clientCertificate: true }), routeTo(0)],
      tls: tlsPlan({ clientAuth: 'optional', clientCa: testAuthority().cert }),
    });
    tlsClient(world, { servername: 'a.test', cert, key });
    await settle(world);
    tlsClient(world);
    await settle(world);
    world.connect().write(REQUEST);
    await settle(world);
    world.connect().write(await hello('b.test'));
    await settle(world);
    expect([0, 1, 2, 3].map((index) => portOf(world, index))).toEqual([9001, 9000, 9000, 9000]);
    world.kill();
    await settle(world);
    expect(world.closed().clientTls?.peer).toMatchObject({ commonName: 'somebody', verified: true });
  });

  test('is read for a client that stays silent inside until sniff.timeout', async () => {
    const world = await openTls({
      routes: [routeTo('reset', { protocol: ['ssh'] }), routeTo(0)],
      tls: tlsPlan(),
    });
    tlsClient(world);
    await settle(world);
    expect(world.state()).toBe('sniffing');
    world.run(320);
    expect(world.state()).toBe('streaming');
  });
});

describe('TLS with a client: a handshake that fails', () => {
  needs('openssl');

  test.each([
    [
      'no version in common',
      { maxVersion: 'TLSv1.2' } as const,
      { versionMin: 'TLSv1.3' } as const,
      'PROTOCOL',
    ],
    ['no certificate where one is required', {}, { clientAuth: 'required' } as const, 'CERTIFICATE'],
  ])('%s: the client gets the alert, the fact the reason', async (_name, offer, plan, code) => {
    const clientCa = testAuthority().cert;
    const world = await openTls({ tls: tlsPlan({ ...plan, clientCa }) });
    const client = tlsClient(world, { servername: 'a.test', ...offer });
    await settle(world);
    expect(client.error).toMatch(/ALERT/);
    client.raw.end();
    await settle(world);
    expect(world.closed()).toMatchObject({
      reason: 'tls-handshake',
      during: 'sniffing',
      refusal: expect.stringContaining(code),
      clientTls: null,
      sni: 'a.test',
    });
    expect([client.sawReset, world.backends]).toEqual([false, []]);
  });

  test('a certificate of an authority that is not ours', async () => {
    const { cert, key } = selfSigned({ commonName: 'mallory' });
    const world = await openTls({ tls: tlsPlan({ clientAuth: 'optional', clientCa: testAuthority().cert }) });
    tlsClient(world, { servername: 'a.test', cert, key });
    await settle(world);
    world.run(1200);
    await settle(world);
    expect(world.closed()).toMatchObject({ reason: 'tls-handshake', attempts: [] });
  });
});

describe('TLS with a client: ends in the middle of the handshake', () => {
  needs('openssl');
  type Client = ReturnType<World['connect']>;

  test.each([
    ['its deadline', 'tls-handshake-timeout', (world: World) => world.run(HANDSHAKE_MS + 20)],
    ['a kill', 'killed', (world: World) => world.kill()],
    ['the end of a service drain', 'drain-timeout', (world: World) => world.shard.cut()],
    ['a defect', 'internal-error', (world: World) => world.live().defect(new Error('seeded'))],
    ['a RST', 'client-reset', (_world: World, client: Client) => client.reset()],
    ['a FIN', 'tls-handshake', (_world: World, client: Client) => client.end()],
  ] as const)('%s', async (_name, reason, end) => {
    const world = await openTls({ tls: tlsPlan() });
    const client = world.connect();
    client.write(await hello('a.test'));
    await settle(world);
    expect([world.state(), client.receivedBytes > 0]).toEqual(['sniffing', true]);
    end(world, client);
    await settle(world);
    expect(world.closed()).toMatchObject({ reason, during: 'sniffing', attempts: [] });
    expect(world.plane.open).toBe(0);
  });

  const ENDS = {
    kill: (world: World) => void world.shard.registry.killAll(),
    'service drain': (world: World) => void world.shard.cut(),
    RST: (_world: World, client: TlsPeer) => client.raw.reset(),
    FIN: (_world: World, client: TlsPeer) => client.raw.end(),
  };
  const STEPS = [0, 1, 2, 3, 4, 5, 6, 8, 10];

  test.each(
    Object.keys(ENDS).flatMap((end) => STEPS.map((turns) => [end as keyof typeof ENDS, turns] as const)),
  )('a %s after %i turns leaves nothing behind', async (end, turns) => {
    const world = await openTls({ tls: tlsPlan() });
    const client = tlsClient(world);
    client.write(REQUEST);
    world.run(0.2);
    await settle(world, turns);
    ENDS[end](world, client);
    await settle(world, 30);
    expect(world.closed()).toBeDefined();
    expect([world.plane.open, world.shard.reserved, world.defects()]).toEqual([0, 0, []]);
  });
});

describe('a handshake that nobody waits for any more', () => {
  /** Sessions that never stand, and say how often a handshake was cancelled. */
  function neverStanding() {
    const cancelled: string[] = [];
    const begin = (side: string) => () => ({ cancel: () => void cancelled.push(side) });
    return { cancelled, parts: () => ({ tls: { accept: begin('client'), connect: begin('backend') } }) };
  }

  test.each([
    ['with the client', { tls: tlsPlan() }, ['client']],
    ['with a backend', { connect: { tls: backendTlsPlan() } }, ['backend']],
  ] as const)('%s is cancelled, once', async (_name, pieces, expected) => {
    const { cancelled, parts } = neverStanding();
    const world = await World.open({ ...pieces, parts });
    world.connect().write(await hello('a.test'));
    world.run(5);
    expect(cancelled).toEqual([]);
    world.kill();
    world.run(5);
    expect([cancelled, world.closed().reason]).toEqual([expected, 'killed']);
  });
});
