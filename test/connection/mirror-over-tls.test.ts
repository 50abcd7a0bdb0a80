import { afterEach, describe, expect, test } from 'vitest';
import { contractPeer } from '../plane/memory-world.ts';
import { needs } from '../support/programs.ts';
import { TlsPeer } from '../tls/tls-peer.ts';
import { MIRROR_TIMEOUTS, mirrorTo } from './mirrored.ts';
import { routeTo } from './plan.ts';
import { backendTlsPlan, openTls, settle } from './tls.ts';
import { bytesOf, closeWorlds } from './world.ts';

afterEach(closeWorlds);

/** A world whose backend 0 speaks TLS, and whose connections are mirrored to backend 1, which does so where `isSecure`. */
async function encrypted(isSecure: boolean) {
  const peers: TlsPeer[] = [];
  const world = await openTls({
    poolForEachBackend: true,
    connect: { tls: backendTlsPlan() },
    routes: [{ ...routeTo(0), stages: [mirrorTo(1, { diff: 'lengths' })] }],
    serve: (peer, row) => {
      if (row === 0 || isSecure) peers[row] = new TlsPeer(contractPeer(peer), true);
    },
  });
  const client = world.connect();
  const count = (what: 'bytes' | 'dropped' | 'open' | 'differences') =>
    world.cells[world.layout.mirrors(0, what)];
  return { world, client, peers, count };
}

describe('a mirror over TLS', () => {
  needs('openssl');

  test('gets the copy to its end, what was held during the handshake included, and its answer is compared', async () => {
    const { world, client, peers, count } = await encrypted(true);
    client.write(bytesOf(40_000, 1));
    await settle(world, 30);
    client.end();
    await settle(world);
    const [backend, mirror] = peers as [TlsPeer, TlsPeer];
    expect(Buffer.from(mirror.received).equals(bytesOf(40_000, 1))).toBe(true);
    expect(mirror.sawFin).toBe(true);
    backend.write(Buffer.from('answer'));
    backend.end();
    mirror.write(Buffer.from('ans'));
    mirror.end();
    await settle(world, 30);
    expect(world.closed()).toMatchObject({ reason: 'client-fin', bytesUp: 40_000 });
    expect([count('bytes'), count('dropped'), count('open'), count('differences')]).toEqual([
      40_000, 0, 0, 1,
    ]);
  });

  test('that never answers the handshake is given up in its own time, and the connection goes on', async () => {
    const { world, client, peers, count } = await encrypted(false);
    client.write(bytesOf(40_000, 1));
    await settle(world, 30);
    expect([peers[0]?.received.length, count('open')]).toEqual([40_000, 1]);
    world.run(MIRROR_TIMEOUTS.connectMs);
    expect([world.state(), count('open'), count('dropped')]).toEqual(['streaming', 0, 40_000]);
    expect(world.counts(1)).toEqual([0, 0]);
  });

  test('is given up in the middle of its handshake where the connection is killed', async () => {
    const { world, count } = await encrypted(false);
    await settle(world, 30);
    world.kill();
    await settle(world, 30);
    expect(world.state()).toBe('closed');
    world.run(MIRROR_TIMEOUTS.lingerMs + 50);
    expect([count('open'), world.counts(1)]).toEqual([0, [0, 0]]);
  });
});
