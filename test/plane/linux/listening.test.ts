import { expect, it } from 'vitest';
import { PLAIN_SOCKET } from '../../../src/core/plain-socket.ts';
import type { Endpoint } from '../../../src/core/ports.ts';
import { ECONNABORTED, EMFILE, ENETUNREACH, EPROTO } from '../../../src/plane/linux/abi.ts';
import type { LinuxListening } from '../../../src/plane/linux/listening.ts';
import type { FakePeer } from './fake-peer.ts';
import { FakeWorld, LISTENER } from './fake-world.ts';

/** Longer than the pause of a listener that found no descriptor. */
const PAUSE_MS = 150;

class Bed {
  readonly world = new FakeWorld(1);
  readonly accepted: Endpoint[] = [];
  readonly told: string[] = [];

  listen(): ReturnType<FakeWorld['listen']> {
    return this.world.listen({
      accept: (endpoint) => this.accepted.push(endpoint),
      failed: (code) => this.told.push(code),
      gone: () => this.told.push('gone'),
    });
  }

  async end(): Promise<void> {
    await this.world.plane.close();
    const { kernel, plane, openTold } = this.world;
    expect([kernel.open, plane.table.size, plane.open, openTold]).toEqual([0, 0, 0, 0]);
    expect(kernel.violations).toEqual([]);
  }
}

it('a listener without descriptors says so once, rests, and then accepts who has waited', async () => {
  const bed = new Bed();
  const { socket } = await bed.listen();
  const { kernel } = bed.world;
  const accept4 = kernel.accept4.bind(kernel);
  let asked = 0;
  kernel.accept4 = () => {
    asked++;
    return -EMFILE;
  };
  for (let client = 0; client < 3; client++) bed.world.client(socket);
  for (let turn = 0; turn < 10; turn++) bed.world.turn(1);
  expect([bed.told, asked]).toEqual([['EMFILE'], 1]);
  kernel.accept4 = accept4;
  bed.world.turn(PAUSE_MS);
  bed.world.turn();
  bed.world.turn();
  expect([bed.accepted.length, bed.told]).toEqual([3, ['EMFILE']]);
  await bed.end();
});

it('a listener may be closed while it rests', async () => {
  const bed = new Bed();
  const { socket, listening } = await bed.listen();
  bed.world.kernel.accept4 = () => -EMFILE;
  const peer = bed.world.client(socket);
  bed.world.turn();
  await listening.close();
  bed.world.turn(PAUSE_MS);
  bed.world.turn();
  expect(peer.sawReset).toBe(true);
  await bed.end();
});

it.each([ECONNABORTED, EPROTO, ENETUNREACH])(
  'a client that ends in the queue with error %i is gone, and the next is accepted in the same turn',
  async (error) => {
    const bed = new Bed();
    const { socket } = await bed.listen();
    const { kernel } = bed.world;
    const accept4 = kernel.accept4.bind(kernel);
    kernel.accept4 = (...call) => {
      kernel.accept4 = accept4;
      socket.queue.shift();
      return call.length > 0 ? -error : 0;
    };
    for (let client = 0; client < 2; client++) bed.world.client(socket);
    bed.world.turn();
    expect([bed.told, bed.accepted.length]).toEqual([['gone'], 1]);
    await bed.end();
  },
);

it('a client for whom epoll has no memory is reset and told as a failure', async () => {
  const bed = new Bed();
  const { socket } = await bed.listen();
  bed.world.kernel.epollCtl = () => -12;
  const peer = bed.world.client(socket);
  bed.world.turn();
  expect([bed.told, bed.accepted, peer.sawReset]).toEqual([['ENOMEM'], [], true]);
  await bed.end();
});

it('a listener that cannot be watched is refused, and leaves nothing open', async () => {
  const { plane, kernel } = new FakeWorld(1);
  kernel.epollCtl = () => -28;
  const handler = { accept: () => {}, failed: () => {} };
  await expect(plane.listen(LISTENER, PLAIN_SOCKET, handler)).rejects.toThrow('epoll_ctl ENOSPC');
  await plane.close();
  expect([kernel.open, plane.table.size]).toEqual([0, 0]);
});

it('closing accepts who waits in the queue already', async () => {
  const bed = new Bed();
  const { socket, listening } = await bed.listen();
  const peers: FakePeer[] = Array.from({ length: 100 }, () => bed.world.client(socket));
  await listening.close();
  expect(bed.accepted.length).toBe(100);
  expect(peers.some(({ sawReset }) => sawReset)).toBe(false);
  await bed.end();
});

it('a listener takes all who wait before it hands over the first, and those in order', async () => {
  const { world, ...bed } = new Bed();
  const left: number[] = [];
  const order: Endpoint[] = [];
  const { socket } = await world.listen({
    accept: (endpoint) => {
      order.push(endpoint);
      left.push(socket.queue.length);
    },
  });
  const peers = Array.from({ length: 3 }, () => world.client(socket));
  world.turn();
  expect(left).toEqual([0, 0, 0]);
  for (const [index, endpoint] of order.entries()) {
    endpoint.destroy();
    expect(peers.map(({ sawReset }) => sawReset)).toEqual(peers.map((_, other) => other <= index));
  }
  expect(bed.told).toEqual([]);
});

it('a listener that is stopped while it hands over resets those it has not handed over', async () => {
  const bed = new Bed();
  const { world } = bed;
  const { socket, listening } = await world.listen({
    accept: (endpoint) => {
      bed.accepted.push(endpoint);
      (listening as LinuxListening).stop();
    },
  });
  const peers = Array.from({ length: 3 }, () => world.client(socket));
  world.turn();
  expect(bed.accepted).toHaveLength(1);
  expect(peers.map(({ sawReset }) => sawReset)).toEqual([false, true, true]);
  await bed.end();
});

it('a listener that is closed while it hands over hands over all who wait, in order', async () => {
  const bed = new Bed();
  const { world } = bed;
  const { socket, listening } = await world.listen({
    accept: (endpoint) => {
      bed.accepted.push(endpoint);
      if (bed.accepted.length === 1) {
        world.client(socket);
        void listening.close();
      }
    },
  });
  const peers = Array.from({ length: 2 }, () => world.client(socket));
  world.turn();
  expect(bed.accepted).toHaveLength(3);
  bed.accepted[1]?.destroy();
  expect(peers.map(({ sawReset }) => sawReset)).toEqual([false, true]);
  await bed.end();
});
