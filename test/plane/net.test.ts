import { once } from 'node:events';
import { connect, createServer, Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { abandon } from '../../src/plane/net/end-of-stream.ts';
import { createNetPlane } from '../../src/plane/net/index.ts';
import { listen, SOCKET_OPTIONS } from './contract/support.ts';
import { ANYWHERE, type Peer } from './contract/world.ts';
import { planeContract } from './contract.ts';
import { makeNetWorld } from './net-world.ts';

planeContract('net', makeNetWorld);

afterEach(() => vi.restoreAllMocks());

describe('the net plane', () => {
  it('accepts every client whose connection the kernel had finished when its listener closes', async () => {
    const world = await makeNetWorld();
    const { listening, accepted } = await listen(world);
    const peers = Array.from({ length: 20 }, () => world.connect(listening.address));
    await world.until(() => peers.every((peer) => peer.connected), 'all clients connected');
    await listening.close();
    await world.until(() => accepted.length === peers.length, 'all clients accepted');
    expect(peers.some((peer) => peer.sawReset)).toBe(false);
    await world.close();
  });

  it('does not claim a port that a socket outside of it shares with whoever asks', async () => {
    const stranger = createServer();
    const where = { host: '127.0.0.1', port: 0, reusePort: true };
    await new Promise<void>((resolve) => stranger.listen(where, resolve));
    const world = await makeNetWorld();
    const { port } = stranger.address() as { port: number };
    const taken = { ...ANYWHERE, port };
    await expect(listen(world, taken, undefined, 'claim')).rejects.toMatchObject({ code: 'EADDRINUSE' });
    stranger.close();
    const { listening } = await listen(world, taken, undefined, 'claim');
    expect(listening.address).toEqual(taken);
    await world.close();
  });

  it('sets TCP_NODELAY on the clients accepted while the options ask for it', async () => {
    const setNoDelay = vi.spyOn(Socket.prototype, 'setNoDelay');
    const world = await makeNetWorld();
    const { listening, accepted } = await listen(world);
    const acceptOne = async (noDelay: boolean): Promise<number> => {
      listening.setOptions({ ...SOCKET_OPTIONS, noDelay });
      setNoDelay.mockClear();
      const before = accepted.length;
      world.connect(listening.address);
      await world.until(() => accepted.length > before, 'a client accepted');
      return setNoDelay.mock.calls.length;
    };
    expect(await acceptOne(false)).toBe(0);
    expect(await acceptOne(true)).toBe(1);
    await world.close();
  });

  it('refuses what needs IP_TRANSPARENT, of which Node knows nothing, and says so', async () => {
    const world = await makeNetWorld();
    const transparent = { ...SOCKET_OPTIONS, transparent: true };
    const handler = { accept: () => expect.unreachable(), failed: () => expect.unreachable() };
    await expect(world.plane.listen(ANYWHERE, transparent, handler)).rejects.toMatchObject({
      code: 'ENOTSUP',
      message: 'ENOTSUP: the net plane cannot set IP_TRANSPARENT; the linux plane can',
    });
    const told: unknown[] = [];
    const dial = (): { cancel(): void } =>
      world.plane.dial(
        ANYWHERE,
        { ...transparent, source: '192.0.2.7' },
        { connected: () => expect.unreachable(), failed: (failure) => told.push(failure) },
      );
    dial();
    dial().cancel();
    expect(told).toEqual([]);
    await world.until(() => told.length > 0, 'the failure told');
    await world.settle();
    expect(told).toEqual([{ kind: 'other', code: 'ENOTSUP' }]);
    await world.close();
  });

  it('tells times by the epoch it is given', async () => {
    const plane = createNetPlane({ epoch: 1_234_567.5 });
    expect(plane.timers.epoch).toBe(1_234_567.5);
    await plane.close();
  });

  it('cuts its connections before close returns, so that its thread may end at once', async () => {
    const world = await makeNetWorld();
    const { listening, accepted } = await listen(world);
    world.connect(listening.address);
    await world.until(() => accepted.length === 1, 'the client accepted');
    const destroyed = vi.spyOn(Socket.prototype, 'destroy');
    const closing = world.plane.close();
    expect(destroyed).toHaveBeenCalledTimes(1);
    await closing;
    await world.close();
  });

  it('frees a dial that is given up while its name is looked up', async () => {
    const socket = connect({ host: 'localhost', port: 9 });
    const closed = once(socket, 'close');
    abandon(socket);
    await closed;
    expect(socket.destroyed).toBe(true);
  });

  it('resets a dial that the backend has taken already when it closes', async () => {
    const world = await makeNetWorld();
    const peers: Peer[] = [];
    const server = await world.serve((peer) => peers.push(peer));
    world.plane.dial(server.address, SOCKET_OPTIONS, {
      connected: () => expect.unreachable('connected'),
      failed: () => expect.unreachable('failed'),
    });
    // Node connects in the next tick, and the kernel of loopback is done with that at once; Node is told a turn later.
    await new Promise((resolve) => process.nextTick(resolve));
    await world.plane.close();
    await world.until(() => peers.some((peer) => peer.sawReset), 'the backend sees the reset');
    await world.close();
  });

  it('calls nobody for a dial to a name that is cut by closing the plane', async () => {
    const world = await makeNetWorld();
    world.plane.dial({ kind: 'tcp', host: 'localhost', port: 9 }, SOCKET_OPTIONS, {
      connected: () => expect.unreachable('connected'),
      failed: () => expect.unreachable('failed'),
    });
    await world.plane.close();
    await world.settle();
    expect([world.plane.open, world.openTold, world.errors.length]).toEqual([0, 0, 0]);
    await world.close();
  });
});
