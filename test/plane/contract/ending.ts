import { expect } from 'vitest';
import type { Endpoint } from '../../../src/core/ports.ts';
import { type Claim, expectSameBytes, KIB, type Make, MIB, ownChunk, someBytes } from './support.ts';

export function endingClaims(claim: Claim, make: Make): void {
  for (const kib of [0, 1, 45, 100]) {
    claim(
      `a RST is told after ${kib} KiB before it, then closed, and no FIN is made of it`,
      async (world, random) => {
        const { endpoint, seen, peer } = await make(world);
        const sent = someBytes(random, kib * KIB);
        endpoint.resume();
        endpoint.pause();
        if (sent.length > 0) peer.write(sent);
        await world.settle();
        peer.reset();
        await world.settle();
        endpoint.resume();
        await world.until(() => seen.resetCode !== null || seen.sawFin, 'the RST');
        expect(seen.sawFin).toBe(false);
        await world.until(() => seen.isClosed, 'closed');
        expectSameBytes(seen.received, sent);
        expect(seen.resetCode).toBe('ECONNRESET');
        expect(seen.calls.slice(-2)).toEqual(['reset', 'closed']);
      },
    );
  }

  claim('a RST after our FIN is told as a RST, after the bytes before it', async (world, random) => {
    const { endpoint, seen, peer } = await make(world);
    const sent = someBytes(random, 100 * KIB);
    endpoint.resume();
    endpoint.end();
    await world.until(() => peer.sawFin, 'our FIN');
    endpoint.pause();
    peer.write(sent);
    await world.settle();
    peer.reset();
    await world.settle();
    endpoint.resume();
    await world.until(() => seen.resetCode !== null || seen.sawFin, 'the RST');
    expect(seen.sawFin).toBe(false);
    expectSameBytes(seen.received, sent);
  });

  claim('writing to a peer that has reset is told as a reset, though nothing is read', async (world) => {
    const { endpoint, seen, peer } = await make(world);
    peer.reset();
    await world.settle();
    endpoint.write(ownChunk(Buffer.from('anybody there')));
    await world.until(() => seen.isClosed, 'closed');
    expect(['EPIPE', 'ECONNRESET']).toContain(seen.resetCode);
    expect(seen.count('reset')).toBe(1);
  });

  claim('a RST ends bytes that wait for a peer that did not read', async (world, random) => {
    const { endpoint, seen, peer } = await make(world);
    peer.stopReading();
    endpoint.resume();
    endpoint.write(ownChunk(someBytes(random, 16 * MIB)));
    await world.settle();
    peer.reset();
    await world.until(() => seen.isClosed, 'closed');
    expect(seen.count('reset')).toBe(1);
    expect(seen.acceptedBytes).toBeLessThan(16 * MIB);
  });

  claim('reset delivers what was written to a slow reader, then sends RST', async (world, random) => {
    const { endpoint, seen, peer } = await make(world);
    if (!world.plane.resetsAfterDelivery) return;
    const sent = someBytes(random, 4 * MIB);
    peer.readSlowly();
    endpoint.resume();
    endpoint.write(ownChunk(sent));
    endpoint.reset();
    endpoint.write(ownChunk(Buffer.from('ignored')));
    await world.until(() => peer.sawReset, 'the RST');
    expectSameBytes(peer.received, sent);
    expect(peer.sawFin).toBe(false);
    await world.until(() => seen.isClosed, 'closed');
    expect(seen.acceptedBytes).toBe(sent.length);
  });

  claim('reset with nothing to deliver sends RST, and reads nothing more', async (world) => {
    const { endpoint, seen, peer } = await make(world);
    endpoint.resume();
    peer.write(Buffer.from('one'));
    await world.until(() => seen.receivedBytes === 3, 'the first bytes');
    endpoint.reset();
    peer.write(Buffer.from('two'));
    await world.until(() => seen.isClosed && peer.sawReset, 'the RST');
    expect(seen.received.toString()).toBe('one');
    expect(peer.sawFin).toBe(false);
  });

  claim('destroy ends a reset that waits for a peer who does not read', async (world, random) => {
    const { endpoint, seen, peer } = await make(world);
    peer.stopReading();
    endpoint.write(ownChunk(someBytes(random, 16 * MIB)));
    endpoint.reset();
    await world.settle();
    expect(seen.isClosed).toBe(false);
    endpoint.destroy();
    await world.until(() => seen.isClosed, 'closed');
    peer.startReading();
    await world.until(() => peer.sawReset, 'the RST');
    expect(peer.receivedBytes).toBeLessThan(16 * MIB);
  });

  claim('close over unread bytes delivers everything written and a FIN, no RST', async (world, random) => {
    const { endpoint, seen, peer } = await make(world);
    const sent = someBytes(random, 4 * MIB);
    peer.stopReading();
    peer.write(someBytes(random, 4 * MIB));
    endpoint.write(ownChunk(sent));
    await world.settle();
    endpoint.close();
    await world.settle();
    peer.startReading();
    peer.end();
    await world.until(() => peer.sawFin && seen.isClosed, 'the FIN, and closed');
    expectSameBytes(peer.received, sent);
    expect(peer.sawReset).toBe(false);
    expect(seen.count('data')).toBe(0);
    expect(seen.acceptedBytes).toBe(sent.length);
  });

  claim('close waits for the FIN of the peer', async (world) => {
    const { endpoint, seen, peer } = await make(world);
    endpoint.resume();
    endpoint.close();
    await world.until(() => peer.sawFin, 'the FIN');
    await world.settle();
    expect(seen.isClosed).toBe(false);
    peer.write(Buffer.from('dropped'));
    peer.end();
    await world.until(() => seen.isClosed, 'closed');
    expect(peer.sawReset).toBe(false);
    expect(seen.count('data')).toBe(0);
  });

  claim('close ends an endpoint whose directions have both ended', async (world) => {
    const { endpoint, seen, peer } = await make(world);
    endpoint.resume();
    peer.end();
    await world.until(() => seen.sawFin, 'the FIN of the peer');
    endpoint.end();
    await world.until(() => peer.sawFin, 'the FIN');
    endpoint.close();
    await world.until(() => seen.isClosed, 'closed');
    expect(seen.resetCode).toBe(null);
  });

  claim('a RST of the peer ends a close that waits', async (world) => {
    const { endpoint, seen, peer } = await make(world);
    endpoint.close();
    await world.until(() => peer.sawFin, 'the FIN');
    peer.reset();
    await world.until(() => seen.isClosed, 'closed');
  });

  claim('destroy ends at once, with a RST', async (world, random) => {
    const { endpoint, seen, peer } = await make(world);
    endpoint.resume();
    peer.stopReading();
    endpoint.write(ownChunk(someBytes(random, 16 * MIB)));
    await world.settle();
    endpoint.destroy();
    await world.until(() => seen.isClosed, 'closed');
    peer.startReading();
    await world.until(() => peer.sawReset, 'the RST');
    expect(peer.sawFin).toBe(false);
    expect(seen.count('reset')).toBe(0);
  });

  claim(
    'closed is told once however often an endpoint is ended, and every method is silent after it',
    async (world) => {
      const { endpoint, seen } = await make(world);
      endpoint.resume();
      endpoint.close();
      endpoint.reset();
      endpoint.destroy();
      endpoint.destroy();
      await world.until(() => seen.isClosed, 'closed');
      const calls = seen.calls.length;
      everyMethod(endpoint);
      await world.settle();
      expect(seen.calls.length).toBe(calls);
      expect(seen.count('closed')).toBe(1);
      expect(world.plane.open).toBe(0);
    },
  );

  claim('an endpoint may be ended from inside any call to its observer', async (world) => {
    for (const at of ['held', 'data', 'fin', 'accepted', 'finished'] as const) {
      const { endpoint, seen, peer } = await make(world);
      seen.hook = (call) => {
        if (call === at) endpoint.destroy();
      };
      if (at === 'held') endpoint.peek(10);
      else endpoint.resume();
      peer.write(Buffer.from('in'));
      endpoint.write(ownChunk(Buffer.from('out')));
      peer.end();
      endpoint.end();
      await world.until(() => seen.isClosed, `closed after ${at}`);
    }
  });

  claim('observers that throw are reported and hurt nobody, not even themselves', async (world, random) => {
    const bad = await make(world);
    const good = await make(world);
    bad.seen.hook = (call) => {
      throw new Error(call);
    };
    const sent = someBytes(random, 100 * KIB);
    for (const { endpoint, peer } of [bad, good]) {
      endpoint.resume();
      endpoint.write(ownChunk(sent));
      peer.write(sent);
      peer.end();
    }
    await world.until(() => bad.seen.sawFin && good.seen.sawFin, 'both FIN');
    for (const { endpoint } of [bad, good]) endpoint.close();
    await world.until(() => bad.seen.isClosed && good.seen.isClosed, 'both closed');
    await world.until(() => bad.peer.sawFin && good.peer.sawFin, 'both peers served');
    expect(world.errors.length).toBe(bad.seen.calls.length);
    expectSameBytes(good.seen.received, sent);
    expectSameBytes(good.peer.received, sent);
    expectSameBytes(bad.peer.received, sent);
  });
}

function everyMethod(endpoint: Endpoint): void {
  endpoint.resume();
  endpoint.pause();
  endpoint.discard();
  endpoint.write(ownChunk(Buffer.from('late')));
  endpoint.end();
  endpoint.reset();
  endpoint.close();
  endpoint.destroy();
}
