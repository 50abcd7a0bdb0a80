import { expect, it } from 'vitest';
import type { Endpoint } from '../../../src/core/ports.ts';
import { TURN_BYTES_MAX } from '../../../src/plane/linux/read-half.ts';
import { Recorder } from '../contract/recorder.ts';
import { UP } from './fake-bytes.ts';
import type { FakePeer } from './fake-peer.ts';
import { FakeSocket } from './fake-socket.ts';
import { FakeWorld } from './fake-world.ts';

const MIB = 1024 * 1024;
const READ_BYTES = 16;

interface Side {
  readonly endpoint: Endpoint;
  readonly seen: Recorder;
  readonly peer: FakePeer;
}

class Bed {
  readonly world: FakeWorld;
  readonly #accepted: Endpoint[] = [];
  #listener: FakeSocket | null = null;

  constructor(readBytes = READ_BYTES) {
    this.world = new FakeWorld(1, { sizes: { readBytes, pipeBytes: 4096 } });
  }

  /** An endpoint whose queues in the kernel have these sizes. */
  async side(receiveBytes: number, sendBytes: number): Promise<Side> {
    const { world } = this;
    if (this.#listener === null) {
      const handler = { accept: (endpoint: Endpoint) => this.#accepted.push(endpoint) };
      this.#listener = (await world.listen(handler)).socket;
    }
    const socket = new FakeSocket(receiveBytes, sendBytes);
    world.kernel.sockets.push(socket);
    const peer = world.peer(socket, 'client');
    world.kernel.arrive(this.#listener, socket, peer);
    world.turn();
    const endpoint = this.#accepted.pop()!;
    const seen = new Recorder();
    endpoint.observe(seen);
    return { endpoint, seen, peer };
  }

  /** Everything that a peer has written arrives. */
  deliver({ peer }: Side): void {
    peer.isReading = false;
    for (let step = 0; step < 20; step++) peer.step(this.world.random, 4 * MIB);
  }
}

/** `from` is spliced into `to`, has eight bytes more, and waits since `to` has twelve waiting. */
async function blocked(): Promise<{ bed: Bed; from: Side; to: Side }> {
  const bed = new Bed();
  const [from, to] = [await bed.side(1000, 1000), await bed.side(1000, 20)];
  from.seen.hook = (call, chunk) => {
    if (call === 'data') to.endpoint.write(chunk!);
  };
  from.endpoint.passTo(to.endpoint);
  from.endpoint.resume();
  from.peer.write(2 * READ_BYTES + 8);
  bed.deliver(from);
  bed.world.turn();
  expect([from.seen.reads, to.endpoint.pending]).toEqual([[READ_BYTES, READ_BYTES], 12]);
  return { bed, from, to };
}

it('a splice that waits goes on as a copy when it is called off', async () => {
  const { bed, from } = await blocked();
  from.endpoint.passToNobody();
  bed.world.turn();
  expect(from.seen.received).toEqual(Buffer.from(UP.at(0, 2 * READ_BYTES + 8)));
});

it('a splice that waits goes on as a copy when the other end is gone', async () => {
  const { bed, from, to } = await blocked();
  to.endpoint.destroy();
  bed.world.turn();
  bed.world.turn();
  expect(from.seen.received).toEqual(Buffer.from(UP.at(0, 2 * READ_BYTES + 8)));
});

it('whoever has much to read lets the others have their turn', async () => {
  const bed = new Bed(65_536);
  const [much, little] = [await bed.side(4 * MIB, 1000), await bed.side(1000, 1000)];
  for (const { endpoint } of [much, little]) endpoint.resume();
  much.peer.write(3 * MIB);
  little.peer.write(10);
  for (const side of [much, little]) bed.deliver(side);
  bed.world.turn();
  expect(little.seen.receivedBytes).toBe(10);
  expect(much.seen.receivedBytes).toBeLessThanOrEqual(2 * TURN_BYTES_MAX);
  for (let turn = 0; turn < 3; turn++) bed.world.turn();
  expect(much.seen.receivedBytes).toBe(3 * MIB);
});

it('a RST behind a FIN is told though the FIN was read after it', async () => {
  const bed = new Bed();
  const side = await bed.side(1000, 1000);
  side.endpoint.resume();
  side.endpoint.pause();
  side.peer.write(40);
  side.peer.end();
  bed.deliver(side);
  bed.world.turn();
  side.peer.reset(true);
  bed.deliver(side);
  bed.world.turn();
  expect(side.seen.calls).toEqual([]);
  side.endpoint.resume();
  for (let turn = 0; turn < 3; turn++) bed.world.turn();
  expect(side.seen.calls).toEqual(['data', 'data', 'data', 'fin', 'reset', 'closed']);
  expect(side.seen.resetCode).toBe('EPIPE');
});

it.each(['flowing', 'paused', 'discarding'])('a RST after a FIN is told while it is %s', async (how) => {
  const bed = new Bed();
  const side = await bed.side(1000, 1000);
  side.endpoint.resume();
  if (how === 'discarding') side.endpoint.discard();
  side.peer.end();
  bed.deliver(side);
  for (let turn = 0; turn < 2; turn++) bed.world.turn();
  expect(side.seen.calls).toEqual(['fin']);
  if (how === 'paused') side.endpoint.pause();
  side.peer.reset(true);
  bed.deliver(side);
  for (let turn = 0; turn < 3; turn++) bed.world.turn();
  expect(side.seen.calls).toEqual(['fin', 'reset', 'closed']);
});

it('a stream that is spliced gets past urgent data, which is not part of it', async () => {
  const bed = new Bed();
  const [from, to] = [await bed.side(1000, 1000), await bed.side(1000, 1000)];
  from.seen.hook = (call, chunk) => {
    if (call === 'data') to.endpoint.write(chunk!);
  };
  from.endpoint.passTo(to.endpoint);
  from.endpoint.resume();
  from.peer.write(3 * READ_BYTES);
  bed.deliver(from);
  bed.world.turn();
  from.peer.urge();
  from.peer.write(100);
  bed.deliver(from);
  for (let turn = 0; turn < 3; turn++) bed.world.turn();
  expect(from.seen.count('moved')).toBeGreaterThan(0);
  expect(to.seen.acceptedBytes).toBe(3 * READ_BYTES + 100);
  expect(to.peer.socket.send.take(148)).toEqual(new Uint8Array(UP.at(0, 148)));
});

it('says how many bytes the kernel holds that nobody has read, also those that are only looked at', async () => {
  const bed = new Bed();
  const side = await bed.side(1000, 1000);
  expect(side.endpoint.unread).toBe(0);
  side.peer.write(7);
  bed.deliver(side);
  expect(side.endpoint.unread).toBe(7);
  side.endpoint.peek(3);
  bed.world.turn();
  expect([side.seen.lastHeld.length, side.endpoint.unread]).toEqual([3, 7]);
  side.endpoint.resume();
  bed.world.turn();
  expect(side.endpoint.unread).toBe(0);
  side.endpoint.destroy();
  expect(side.endpoint.unread).toBe(0);
});

it('the FIN goes out at the end of the turn in which it was asked for, and before a cut in the same one', async () => {
  const bed = new Bed();
  const [one, two] = [await bed.side(1000, 1000), await bed.side(1000, 1000)];
  for (const side of [one, two]) {
    side.endpoint.resume();
    side.peer.end();
    bed.deliver(side);
  }
  bed.world.turn();
  one.endpoint.end();
  two.endpoint.end();
  two.endpoint.destroy();
  for (const side of [one, two]) bed.deliver(side);
  expect([one.peer.sawFin, two.peer.sawFin]).toEqual([false, true]);
  bed.world.turn();
  bed.deliver(one);
  expect([one.peer.sawFin, one.peer.sawReset, two.peer.sawReset]).toEqual([true, false, false]);
});
