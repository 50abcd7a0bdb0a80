import { expect } from 'vitest';
import {
  type Claim,
  expectSameBytes,
  KIB,
  type Make,
  MIB,
  ownChunk,
  type Pair,
  pieces,
  someBytes,
} from './support.ts';

export function writingClaims(claim: Claim, make: Make): void {
  claim('bytes of all sizes come back from an echo as they were sent', async (world, random) => {
    const { endpoint, seen, peer } = await make(world);
    const sent = someBytes(random, 3 * MIB);
    seen.hook = (call, chunk) => {
      if (call === 'data' && chunk !== undefined) endpoint.write(chunk);
      if (call === 'fin') endpoint.end();
    };
    endpoint.resume();
    for (const piece of pieces(random, sent, 100 * KIB)) peer.write(piece);
    peer.end();
    await world.until(() => peer.sawFin, 'the echo and its FIN');
    expectSameBytes(peer.received, sent);
    expectSameBytes(seen.received, sent);
    expect(seen.acceptedBytes).toBe(sent.length);
  });

  claim(
    'an echo of the peer brings back what the plane sent, over many connections at once',
    async (world, random) => {
      const pairs: Pair[] = [];
      for (let i = 0; i < 8; i++) pairs.push(await make(world));
      const sent = pairs.map(() => someBytes(random, random.int(1, 512 * KIB)));
      for (const [index, { endpoint, peer }] of pairs.entries()) {
        peer.onData((bytes) => peer.write(bytes));
        endpoint.resume();
        for (const piece of pieces(random, sent[index] as Buffer, 64 * KIB)) endpoint.write(ownChunk(piece));
      }
      await world.until(
        () => pairs.every(({ seen }, index) => seen.receivedBytes === sent[index]?.length),
        'all echoes',
      );
      for (const [index, { seen }] of pairs.entries()) expectSameBytes(seen.received, sent[index] as Buffer);
    },
  );

  claim('a borrowed chunk is copied before write returns, and no other need be', async (world, random) => {
    const { endpoint, peer } = await make(world);
    const sent = someBytes(random, 4 * MIB);
    peer.stopReading();
    for (const piece of pieces(random, sent, 200 * KIB)) {
      const lent = Buffer.from(piece);
      endpoint.write({ bytes: lent, at: 0, borrowed: true });
      lent.fill(0xdd);
    }
    peer.startReading();
    await world.until(() => peer.receivedBytes === sent.length, 'everything');
    expectSameBytes(peer.received, sent);
  });

  claim(
    'accepted adds up to what was written, and pending to what is not accepted yet',
    async (world, random) => {
      const { endpoint, seen, peer } = await make(world);
      const sent = someBytes(random, 16 * MIB);
      peer.stopReading();
      for (const piece of pieces(random, sent, MIB)) endpoint.write(ownChunk(piece));
      await world.settle();
      expect(endpoint.pending).toBeGreaterThan(0);
      expect(endpoint.pending + seen.acceptedBytes).toBe(sent.length);
      peer.startReading();
      await world.until(() => seen.acceptedBytes === sent.length, 'all accepted');
      expect(endpoint.pending).toBe(0);
      await world.until(() => peer.receivedBytes === sent.length, 'all received');
      await world.settle();
      expect(seen.acceptedBytes).toBe(sent.length);
      expectSameBytes(peer.received, sent);
    },
  );

  claim(
    'end sends FIN after everything written, and finished comes after all was accepted',
    async (world, random) => {
      const { endpoint, seen, peer } = await make(world);
      const sent = someBytes(random, 6 * MIB);
      let acceptedAtFinish = -1;
      seen.hook = (call) => {
        if (call === 'finished') acceptedAtFinish = seen.acceptedBytes;
      };
      peer.stopReading();
      endpoint.write(ownChunk(sent));
      endpoint.end();
      await world.settle();
      expect(seen.count('finished')).toBe(0);
      peer.startReading();
      await world.until(() => peer.sawFin && acceptedAtFinish >= 0, 'the FIN');
      expectSameBytes(peer.received, sent);
      expect(acceptedAtFinish).toBe(sent.length);
      expect(seen.count('finished')).toBe(1);
    },
  );

  claim('after end the other direction flows on', async (world, random) => {
    const { endpoint, seen, peer } = await make(world);
    const answer = someBytes(random, 2 * MIB);
    endpoint.resume();
    endpoint.write(ownChunk(Buffer.from('request')));
    endpoint.end();
    await world.until(() => peer.sawFin, 'the FIN');
    expect(Buffer.from(peer.received).toString()).toBe('request');
    peer.write(answer);
    peer.end();
    await world.until(() => seen.sawFin, 'the FIN of the peer');
    expectSameBytes(seen.received, answer);
  });

  claim('after the FIN of the peer the other direction flows on', async (world, random) => {
    const { endpoint, seen, peer } = await make(world);
    const answer = someBytes(random, 2 * MIB);
    endpoint.resume();
    peer.write(Buffer.from('request'));
    peer.end();
    await world.until(() => seen.sawFin, 'the FIN');
    await world.settle();
    expect(seen.isClosed).toBe(false);
    endpoint.write(ownChunk(answer));
    endpoint.end();
    await world.until(() => peer.sawFin, 'the FIN of the plane');
    expectSameBytes(peer.received, answer);
    expect(peer.sawReset).toBe(false);
  });

  claim('what is written after end is ignored', async (world) => {
    const { endpoint, seen, peer } = await make(world);
    endpoint.write(ownChunk(Buffer.from('before')));
    endpoint.end();
    endpoint.write(ownChunk(Buffer.from('after')));
    endpoint.end();
    await world.until(() => peer.sawFin, 'the FIN');
    await world.settle();
    expect(Buffer.from(peer.received).toString()).toBe('before');
    expect(seen.acceptedBytes).toBe(6);
    expect(endpoint.pending).toBe(0);
    expect(seen.count('finished')).toBe(1);
  });

  claim(
    'no method tells anything before it returns, but write what the kernel took at once',
    async (world) => {
      const { endpoint, seen, peer } = await make(world);
      const quietly = (method: () => void): void => {
        const before = seen.calls.length;
        method();
        expect(seen.calls.length).toBe(before);
      };
      peer.write(Buffer.from('bytes'));
      await world.settle();
      quietly(() => endpoint.peek(100));
      await world.until(() => seen.lastHeld.length === 5, 'the bytes held');
      quietly(() => endpoint.peek(200));
      quietly(() => endpoint.consume(1));
      quietly(() => endpoint.resume());
      const before = seen.calls.length;
      endpoint.write(ownChunk(Buffer.from('x')));
      expect(seen.calls.slice(before).filter((call) => call !== 'accepted')).toEqual([]);
      quietly(() => endpoint.end());
      quietly(() => endpoint.discard());
      quietly(() => endpoint.close());
      quietly(() => endpoint.destroy());
      await world.until(() => seen.isClosed, 'closed');
    },
  );
}
