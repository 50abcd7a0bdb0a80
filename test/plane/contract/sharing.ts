import { expect } from 'vitest';
import type { Endpoint } from '../../../src/core/ports.ts';
import { type Accepting, type Claim, listen } from './support.ts';
import { ANYWHERE, type Peer, type World } from './world.ts';

/** Clients enough that two listeners get some each, however the kernel spreads them. */
const CLIENTS = 60;

const TAKEN = { code: 'EADDRINUSE' };

export function sharingClaims(claim: Claim): void {
  claim('an address is claimed once: nobody else may claim it or have it alone', async (world) => {
    const { listening } = await claimed(world);
    await expect(listen(world, listening.address, undefined, 'claim')).rejects.toMatchObject(TAKEN);
    await expect(listen(world, listening.address, undefined, 'alone')).rejects.toMatchObject(TAKEN);
  });

  claim('an address where somebody listens alone can be neither claimed nor joined', async (world) => {
    const { listening } = await listen(world);
    await expect(listen(world, listening.address, undefined, 'claim')).rejects.toMatchObject(TAKEN);
    await expect(listen(world, listening.address, undefined, 'join')).rejects.toMatchObject(TAKEN);
  });

  claim('a claim of port 0 gets a free port of its own each time', async (world) => {
    const ports = new Set<number>();
    for (let i = 0; i < 5; i++) {
      const { listening } = await claimed(world);
      if (listening.address.kind === 'tcp') ports.add(listening.address.port);
    }
    expect(ports.size).toBe(5);
    expect(ports.has(0)).toBe(false);
  });

  claim('a claimed address that was let go can be claimed again', async (world) => {
    const listeners = await shared(world);
    const address = addressOf(listeners);
    for (const { listening } of listeners) await listening.close();
    const again = await listen(world, address, undefined, 'claim');
    expect(again.listening.address).toEqual(address);
  });

  claim('all who listen at one address get clients, and each client is accepted once', async (world) => {
    const listeners = await shared(world);
    const peers = connectMany(world, listeners);
    await world.until(() => acceptedBy(listeners).length === CLIENTS, 'all clients accepted');
    await world.settle();
    expect(peers.every((peer) => peer.connected)).toBe(true);
    expect(acceptedBy(listeners)).toHaveLength(CLIENTS);
    for (const { accepted } of listeners) expect(accepted.length).toBeGreaterThan(0);
  });

  claim('when those who joined have closed, the one that claimed serves every client', async (world) => {
    const [first, ...others] = await shared(world);
    const listeners = [first as Accepting];
    for (const { listening } of others) await listening.close();
    const peers = connectMany(world, listeners);
    await world.until(() => acceptedBy(listeners).length === CLIENTS, 'all clients accepted');
    expect(peers.some((peer) => peer.sawReset || peer.refused)).toBe(false);
    for (const { accepted } of others) expect(accepted).toHaveLength(0);
  });

  claim('when the one that claimed has closed, those who joined serve every client', async (world) => {
    const [first, ...others] = await shared(world);
    const listeners = others.length > 0 ? others : [first as Accepting];
    if (others.length > 0) await first?.listening.close();
    const peers = connectMany(world, listeners);
    await world.until(() => acceptedBy(listeners).length === CLIENTS, 'all clients accepted');
    expect(peers.some((peer) => peer.sawReset || peer.refused)).toBe(false);
  });

  claim(
    'of clients that come while one listener closes none hangs: each is accepted or reset',
    async (world) => {
      const listeners = await shared(world);
      const peers: Peer[] = [];
      const closing = listeners.slice(1).map(async ({ listening }) => {
        await listening.close();
      });
      for (let i = 0; i < CLIENTS; i++) {
        peers.push(world.connect(addressOf(listeners)));
        await world.until(
          () => peers.at(-1)?.connected === true || isLost(peers.at(-1)),
          'a client connected',
        );
      }
      await Promise.all(closing);
      const lost = (): number => peers.filter(isLost).length;
      await world.until(() => acceptedBy(listeners).length + lost() === CLIENTS, 'all clients served');
    },
  );

  claim('a Unix path is claimed as if alone, and is never joined', async (world) => {
    const path = world.unixPath();
    if (path === null) return;
    await expect(listen(world, path, undefined, 'join')).rejects.toMatchObject(TAKEN);
    const { listening } = await listen(world, path, undefined, 'claim');
    expect(listening.address).toEqual(path);
    await expect(listen(world, path, undefined, 'claim')).rejects.toMatchObject(TAKEN);
    await expect(listen(world, path, undefined, 'join')).rejects.toMatchObject(TAKEN);
  });
}

function claimed(world: World): Promise<Accepting> {
  return listen(world, ANYWHERE, undefined, 'claim');
}

/** One who claimed an address and two who joined; where the plane cannot share they were refused, and one is left. */
async function shared(world: World): Promise<Accepting[]> {
  const first = await claimed(world);
  const join = (): Promise<Accepting> => listen(world, first.listening.address, undefined, 'join');
  if (world.canShare) return [first, await join(), await join()];
  await expect(join()).rejects.toMatchObject(TAKEN);
  return [first];
}

function addressOf(listeners: readonly Accepting[]): Accepting['listening']['address'] {
  return (listeners[0] as Accepting).listening.address;
}

function connectMany(world: World, listeners: readonly Accepting[]): Peer[] {
  return Array.from({ length: CLIENTS }, () => world.connect(addressOf(listeners)));
}

function acceptedBy(listeners: readonly Accepting[]): Endpoint[] {
  return listeners.flatMap(({ accepted }) => accepted);
}

function isLost(peer: Peer | undefined): boolean {
  return peer !== undefined && (peer.sawReset || peer.refused);
}
