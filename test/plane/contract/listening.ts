import { expect } from 'vitest';
import type { Endpoint } from '../../../src/core/ports.ts';
import { acceptedPair, type Claim, listen, observe, ownChunk, SOCKET_OPTIONS } from './support.ts';
import { ANYWHERE, type Peer } from './world.ts';

export function listeningClaims(claim: Claim): void {
  claim('an accepted endpoint tells both addresses, as the client sees them', async (world) => {
    const { listening, accepted } = await listen(world);
    const peer = world.connect(listening.address);
    await world.until(() => accepted.length === 1 && peer.connected, 'the client accepted');
    expect(accepted[0]?.local).toEqual(listening.address);
    expect(accepted[0]?.remote).toEqual(peer.local);
  });

  claim('port 0 gives each listener a free port of its own', async (world) => {
    const first = await listen(world);
    const second = await listen(world);
    const ports = [first, second].map(({ listening }) =>
      listening.address.kind === 'tcp' ? listening.address.port : 0,
    );
    expect(ports[0]).toBeGreaterThan(0);
    expect(ports[1]).toBeGreaterThan(0);
    expect(ports[0]).not.toBe(ports[1]);
  });

  claim('listening on an address that is taken rejects with EADDRINUSE', async (world) => {
    const { listening } = await listen(world);
    await expect(listen(world, listening.address)).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  claim('an address is free again after its listener has closed', async (world) => {
    const { listening } = await listen(world);
    await listening.close();
    const again = await listen(world, listening.address);
    expect(again.listening.address).toEqual(listening.address);
  });

  claim('a listener that closes leaves no client hanging: each is accepted or reset', async (world) => {
    const { listening, accepted } = await listen(world);
    const peers = Array.from({ length: 20 }, () => world.connect(listening.address));
    await world.until(() => peers.every((peer) => peer.connected), 'all clients connected');
    await listening.close();
    const resets = (): number => peers.filter((peer) => peer.sawReset).length;
    await world.until(() => accepted.length + resets() === peers.length, 'all clients served');
  });

  claim('accepted endpoints live on when their listener closes', async (world) => {
    const { listening, accepted } = await listen(world);
    const peer = world.connect(listening.address);
    await world.until(() => accepted.length === 1, 'the client accepted');
    const endpoint = accepted[0] as Endpoint;
    const seen = observe(endpoint);
    await listening.close();
    endpoint.resume();
    endpoint.write(ownChunk(Buffer.from('still here')));
    peer.write(Buffer.from('me too'));
    await world.until(() => seen.receivedBytes === 6 && peer.receivedBytes === 10, 'both heard');
    expect(seen.isClosed).toBe(false);
  });

  claim('nobody connects to a listener that has closed', async (world) => {
    const { listening, accepted } = await listen(world);
    await listening.close();
    const peer = world.connect(listening.address);
    await world.settle();
    expect(peer.connected).toBe(false);
    expect(accepted).toHaveLength(0);
  });

  claim('an accept handler that throws is reported and the next client is accepted', async (world) => {
    let throwing = true;
    const { listening, accepted } = await listen(world, ANYWHERE, () => {
      if (throwing) throw new Error('accept');
    });
    world.connect(listening.address);
    await world.until(() => accepted.length === 1, 'the first client accepted');
    throwing = false;
    world.connect(listening.address);
    await world.until(() => accepted.length === 2, 'the second client accepted');
    expect(world.errors).toHaveLength(1);
    for (const endpoint of accepted) {
      observe(endpoint);
      endpoint.destroy();
    }
  });

  claim('a Unix path is listened on and dialed', async (world) => {
    const path = world.unixPath();
    if (path === null) return;
    const { listening, accepted } = await listen(world, path);
    expect(listening.address).toEqual(path);
    const dialed: Endpoint[] = [];
    world.plane.dial(path, SOCKET_OPTIONS, {
      connected: (endpoint) => dialed.push(endpoint),
      failed: (failure) => expect.unreachable(`dial failed: ${failure.code}`),
    });
    await world.until(() => accepted.length === 1 && dialed.length === 1, 'both ends there');
    const [server, client] = [accepted[0] as Endpoint, dialed[0] as Endpoint];
    const [serverSeen, clientSeen] = [observe(server), observe(client)];
    expect(server.local.kind).toBe('unix');
    expect(client.remote).toEqual(path);
    server.resume();
    client.resume();
    client.write(ownChunk(Buffer.from('ping')));
    server.write(ownChunk(Buffer.from('pong')));
    await world.until(() => serverSeen.receivedBytes === 4 && clientSeen.receivedBytes === 4, 'both heard');
    client.close();
    await world.until(() => serverSeen.sawFin, 'the FIN');
    server.close();
    await world.until(() => serverSeen.isClosed && clientSeen.isClosed, 'both closed');
  });

  claim('other options hold for the clients accepted afterwards, and for them alone', async (world) => {
    const { listening, accepted } = await listen(world);
    world.connect(listening.address);
    await world.until(() => accepted.length === 1, 'the first client accepted');
    listening.setOptions({ ...SOCKET_OPTIONS, keepaliveMs: 60_000 });
    world.connect(listening.address);
    await world.until(() => accepted.length === 2, 'the second client accepted');
    const keptAlive = await Promise.all(accepted.map((endpoint) => world.keepsAlive(endpoint)));
    if (!keptAlive.includes(null)) expect(keptAlive).toEqual([false, true]);
    expect(world.plane.open).toBe(2);
  });

  claim('closing the plane cuts every endpoint: each is told, and every peer sees a RST', async (world) => {
    const pairs = [await acceptedPair(world), await acceptedPair(world)];
    const peers: Peer[] = pairs.map((pair) => pair.peer);
    await world.plane.close();
    for (const { seen } of pairs) expect(seen.count('closed')).toBe(1);
    await world.until(() => peers.every((peer) => peer.sawReset), 'the peers notice');
    expect(peers.some((peer) => peer.sawFin)).toBe(false);
  });

  claim(
    'closing the plane ends a listener that is closing, and nobody is accepted afterwards',
    async (world) => {
      const { listening, accepted } = await listen(world);
      const peers = Array.from({ length: 20 }, () => world.connect(listening.address));
      await world.until(() => peers.every((peer) => peer.connected), 'all clients connected');
      const closing = listening.close();
      await world.plane.close();
      const before = accepted.length;
      await closing;
      await world.until(() => peers.every((peer) => peer.sawReset), 'all clients reset');
      expect(accepted).toHaveLength(before);
      expect(world.plane.open).toBe(0);
    },
  );

  claim('a plane that has closed refuses to listen, and dials nobody', async (world) => {
    const peers: Peer[] = [];
    const server = await world.serve((peer) => peers.push(peer));
    await world.plane.close();
    await expect(listen(world)).rejects.toThrow('the plane is closed');
    world.plane.dial(server.address, SOCKET_OPTIONS, {
      connected: () => expect.unreachable('connected'),
      failed: () => expect.unreachable('failed'),
    });
    await world.settle();
    expect([world.plane.open, peers.length]).toEqual([0, 0]);
  });
}
