import { afterEach, describe, expect, test } from 'vitest';
import { contractPeer } from '../plane/memory-world.ts';
import { needs } from '../support/programs.ts';
import { TlsPeer } from '../tls/tls-peer.ts';
import { routeTo } from './plan.ts';
import { HANDSHAKE_MS, openTls, settle, tlsPlan } from './tls.ts';
import { closeWorlds, seen, type World, type WorldPieces } from './world.ts';

afterEach(closeWorlds);

type Client = ReturnType<World['connect']>;

const SSL_REQUEST = Buffer.from('0000000804d2162f', 'hex');
const STARTING: WorldPieces = {
  poolForEachBackend: true,
  routes: [routeTo(0, { sni: ['a.test'] }), routeTo(1)],
  tls: tlsPlan({ startTls: ['postgres'] }),
};

/** A client that has asked for TLS and got its answer. */
async function answered(pieces: WorldPieces = STARTING): Promise<{ world: World; client: Client }> {
  const world = await openTls(pieces);
  const client = world.connect();
  client.write(SSL_REQUEST);
  await settle(world, 3);
  expect(Buffer.from(client.received).toString()).toBe('S');
  return { world, client };
}

describe('a client of PostgreSQL that asks for TLS', () => {
  needs('openssl');

  test('is told to go on, and routed by the name it asks for and what it says inside', async () => {
    const { world, client } = await answered();
    const inside = new TlsPeer(contractPeer(client), false, { servername: 'a.test' });
    inside.write(Buffer.from('startup'));
    await settle(world);
    expect(Buffer.from(world.backend().received).toString()).toBe('startup');
    expect(world.backend().local).toMatchObject({ port: 9000 });
    inside.end();
    await settle(world);
    world.backend().end();
    await settle(world);
    expect(world.closed()).toMatchObject({ reason: 'client-fin', sni: 'a.test', bytesUp: 7, bytesDown: 0 });
  });

  test('and sends more before the answer is refused, without an answer', async () => {
    const world = await openTls(STARTING);
    const client = world.connect();
    client.write(Buffer.concat([SSL_REQUEST, Buffer.from('early')]));
    await settle(world);
    expect([client.receivedBytes, seen(client)]).toEqual([0, 'reset']);
    expect(world.closed()).toMatchObject({
      reason: 'tls-handshake',
      during: 'sniffing',
      refusal: expect.stringContaining('before it was answered'),
      attempts: [],
    });
  });

  test.each([
    [
      'goes on in plain text',
      'no TLS',
      (client: Client): void => client.write(Buffer.from('GET / HTTP/1.1\r\n\r\n')),
    ],
    [
      'asks for a name without a certificate',
      'no certificate for b.test',
      (client: Client): unknown => new TlsPeer(contractPeer(client), false, { servername: 'b.test' }),
    ],
    ['leaves', 'left', (client: Client): void => client.end()],
  ] as const)('and %s is refused', async (_name, why, act) => {
    const { world, client } = await answered();
    act(client);
    await settle(world);
    expect(world.closed()).toMatchObject({
      reason: 'tls-handshake',
      refusal: expect.stringContaining(why),
      attempts: [],
    });
  });

  test('and says nothing more has the time of a handshake, not of sniffing', async () => {
    const { world, client } = await answered();
    world.run(HANDSHAKE_MS - 50);
    expect(world.state()).toBe('sniffing');
    world.run(80);
    expect(seen(client)).toBe('reset');
    expect(world.closed()).toMatchObject({
      reason: 'tls-handshake-timeout',
      during: 'sniffing',
      attempts: [],
    });
  });

  test.each([
    ['a kill', 'killed', (world: World) => world.kill()],
    ['a RST', 'client-reset', (_world: World, client: Client) => client.reset()],
  ] as const)('is ended by %s', async (_name, reason, end) => {
    const { world, client } = await answered();
    end(world, client);
    await settle(world);
    expect(world.closed()).toMatchObject({ reason, during: 'sniffing' });
  });

  test.each([
    ['a listener that answers no such request', { ...STARTING, tls: tlsPlan() }],
    [
      'a route that passes TLS through',
      {
        ...STARTING,
        routes: [{ ...routeTo(1, { protocol: ['postgres'] }), tlsPassthrough: true }, routeTo(0)],
      },
    ],
  ] as const)('is left to the backend by %s', async (_name, pieces) => {
    const world = await openTls(pieces);
    world.connect().write(SSL_REQUEST);
    await settle(world);
    expect([Buffer.from(world.backend().received), world.backend().local]).toEqual([
      SSL_REQUEST,
      expect.objectContaining({ port: 9001 }),
    ]);
  });
});
