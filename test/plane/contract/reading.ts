import { expect } from 'vitest';
import { type Claim, expectSameBytes, KIB, type Make, MIB, someBytes } from './support.ts';
import type { Peer, World } from './world.ts';

/** The largest read of any plane. */
const READ_BYTES_MAX = 64 * KIB;

export function readingClaims(claim: Claim, make: Make): void {
  claim('nothing is read before peek or resume', async (world) => {
    const { seen, peer } = await make(world);
    peer.write(Buffer.from('hello'));
    peer.end();
    await world.settle();
    expect(seen.calls).toEqual([]);
  });

  claim('peek tells all bytes from the first, each time more come, and consumes none', async (world) => {
    const { endpoint, seen, peer } = await make(world);
    endpoint.peek(1000);
    peer.write(Buffer.from('hel'));
    await world.until(() => seen.lastHeld.length === 3, 'three bytes held');
    peer.write(Buffer.from('lo'));
    await world.until(() => seen.lastHeld.length === 5, 'five bytes held');
    expect(seen.lastHeld.toString()).toBe('hello');
    endpoint.resume();
    await world.until(() => seen.receivedBytes === 5, 'the bytes handed over');
    expect(seen.received.toString()).toBe('hello');
  });

  claim('peek holds no more than its maximum and one read', async (world, random) => {
    const { endpoint, seen, peer } = await make(world);
    const sent = someBytes(random, MIB);
    peer.write(sent);
    endpoint.peek(1000);
    await world.until(() => seen.lastHeld.length >= 1000, 'the maximum held');
    await world.settle();
    expect(seen.lastHeld.length).toBeLessThanOrEqual(1000 + READ_BYTES_MAX);
    expectSameBytes(seen.lastHeld, sent.subarray(0, seen.lastHeld.length));
    endpoint.resume();
    await world.until(() => seen.receivedBytes === sent.length, 'everything');
    expectSameBytes(seen.received, sent);
  });

  claim('what is held is told again when peek is asked for more, though nothing came', async (world) => {
    const { endpoint, seen, peer } = await make(world);
    endpoint.peek(10);
    peer.write(Buffer.from('0123456789'));
    await world.until(() => seen.lastHeld.length === 10, 'ten bytes held');
    await world.settle();
    const before = seen.count('held');
    endpoint.peek(20);
    await world.until(() => seen.count('held') > before, 'held again');
    expect(seen.lastHeld.toString()).toBe('0123456789');
    peer.write(Buffer.from('abc'));
    await world.until(() => seen.lastHeld.length === 13, 'the rest held');
    expect(seen.lastHeld.toString()).toBe('0123456789abc');
  });

  claim('consume drops the first bytes, of what is held and of what resume hands over', async (world) => {
    const { endpoint, seen, peer } = await make(world);
    endpoint.peek(100);
    peer.write(Buffer.from('PROXY hello'));
    await world.until(() => seen.lastHeld.length === 11, 'the bytes held');
    endpoint.consume(6);
    peer.write(Buffer.from(' you'));
    await world.until(() => seen.lastHeld.toString() === 'hello you', 'the rest held');
    endpoint.resume();
    await world.until(() => seen.receivedBytes === 9, 'the rest handed over');
    expect(seen.received.toString()).toBe('hello you');
  });

  claim('consume throws where fewer bytes are held, and after resume', async (world) => {
    const { endpoint, seen, peer } = await make(world);
    endpoint.peek(100);
    peer.write(Buffer.from('abc'));
    await world.until(() => seen.lastHeld.length === 3, 'the bytes held');
    expect(() => endpoint.consume(4)).toThrow(RangeError);
    endpoint.resume();
    expect(() => endpoint.consume(1)).toThrow();
    await world.until(() => seen.receivedBytes === 3, 'nothing lost');
  });

  claim('resume hands over what is held first, then what comes', async (world, random) => {
    const { endpoint, seen, peer } = await make(world);
    const sent = someBytes(random, 300 * KIB);
    endpoint.peek(KIB);
    peer.write(sent);
    await world.until(() => seen.lastHeld.length >= KIB, 'bytes held');
    endpoint.resume();
    peer.write(sent);
    await world.until(() => seen.receivedBytes === 2 * sent.length, 'everything');
    expectSameBytes(seen.received, Buffer.concat([sent, sent]));
  });

  claim(
    'a FIN that comes while holding is told after the bytes, once, and resume still has them',
    async (world) => {
      const { endpoint, seen, peer } = await make(world);
      endpoint.peek(100);
      peer.write(Buffer.from('request'));
      peer.end();
      await world.until(() => seen.sawFin, 'the FIN');
      expect(seen.lastHeld.toString()).toBe('request');
      expect(seen.calls.at(-1)).toBe('fin');
      endpoint.resume();
      await world.until(() => seen.receivedBytes === 7, 'the bytes');
      await world.settle();
      expect(seen.received.toString()).toBe('request');
      expect(seen.count('fin')).toBe(1);
    },
  );

  claim('a RST that comes while holding less than the maximum is told', async (world) => {
    const { endpoint, seen, peer } = await make(world);
    endpoint.peek(100);
    peer.write(Buffer.from('half'));
    await world.until(() => seen.lastHeld.length === 4, 'the bytes held');
    peer.reset();
    await world.until(() => seen.isClosed, 'closed');
    expect(seen.resetCode).toBe('ECONNRESET');
    expect(seen.calls.slice(-2)).toEqual(['reset', 'closed']);
  });

  claim('a FIN is told once, after every byte before it', async (world, random) => {
    const { endpoint, seen, peer } = await make(world);
    const sent = someBytes(random, 500 * KIB);
    endpoint.resume();
    peer.write(sent);
    peer.end();
    await world.until(() => seen.sawFin, 'the FIN');
    expectSameBytes(seen.received, sent);
    await world.settle();
    expect(seen.count('fin')).toBe(1);
  });

  claim('a FIN that comes while paused is told after resume, after the bytes', async (world) => {
    const { endpoint, seen, peer } = await make(world);
    endpoint.resume();
    endpoint.pause();
    peer.write(Buffer.from('last words'));
    peer.end();
    await world.settle();
    expect(seen.count('data')).toBeLessThanOrEqual(1);
    endpoint.resume();
    await world.until(() => seen.sawFin, 'the FIN');
    expect(seen.received.toString()).toBe('last words');
    expect(seen.calls.at(-1)).toBe('fin');
  });

  claim('after pause one read at most arrives, and the sender is pushed back', async (world, random) => {
    const { endpoint, seen, peer } = await make(world);
    const sent = someBytes(random, 16 * MIB);
    endpoint.resume();
    peer.write(sent);
    await world.until(() => seen.receivedBytes > 0, 'the first bytes');
    endpoint.pause();
    const reads = seen.reads.length;
    await unchanging(world, peer);
    expect(seen.reads.length - reads).toBeLessThanOrEqual(1);
    expect(peer.queued).toBeGreaterThan(0);
    endpoint.resume();
    await world.until(() => seen.receivedBytes === sent.length, 'everything');
    expectSameBytes(seen.received, sent);
    expect(peer.queued).toBe(0);
  });

  claim('pausing and resuming at every chunk loses and repeats nothing', async (world, random) => {
    const { endpoint, seen, peer } = await make(world);
    const sent = someBytes(random, MIB);
    seen.hook = (call) => {
      if (call === 'data') endpoint.pause();
    };
    endpoint.resume();
    peer.write(sent);
    for (let told = 0; told < sent.length; told = seen.receivedBytes) {
      endpoint.resume();
      await world.until(() => seen.receivedBytes > told, 'the next chunk');
    }
    expectSameBytes(seen.received, sent);
  });

  claim('discard reads and drops, what is held too, and still tells the FIN', async (world, random) => {
    const { endpoint, seen, peer } = await make(world);
    endpoint.peek(10);
    peer.write(Buffer.from('held'));
    await world.until(() => seen.lastHeld.length === 4, 'the bytes held');
    endpoint.discard();
    peer.write(someBytes(random, 8 * MIB));
    peer.end();
    await world.until(() => seen.sawFin, 'the FIN');
    expect(peer.queued).toBe(0);
    expect(seen.count('data')).toBe(0);
  });
}

/** Waits until the peer's kernel takes no more. */
async function unchanging(world: World, peer: Peer): Promise<void> {
  for (let queued = -1; queued !== peer.queued; ) {
    queued = peer.queued;
    await world.settle();
  }
}
