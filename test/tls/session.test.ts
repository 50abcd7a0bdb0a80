import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Endpoint } from '../../src/core/ports.ts';
import { TRUNCATED } from '../../src/core/tls.ts';
import { WINDOW_BYTES } from '../../src/core/window.ts';
import { linuxPlaneSupport } from '../../src/plane/linux/index.ts';
import { createRandom } from '../../src/plane/memory/random.ts';
import {
  acceptedPair,
  dialedPair,
  MIB,
  observe,
  ownChunk,
  pieces,
  someBytes,
} from '../plane/contract/support.ts';
import type { MakeWorld, World } from '../plane/contract/world.ts';
import { makeLinuxWorld } from '../plane/linux-world.ts';
import { makeNetWorld } from '../plane/net-world.ts';
import { needs } from '../support/programs.ts';
import { meet } from './meeting.ts';
import type { TlsPeer } from './tls-peer.ts';
import { overTls } from './tls-world.ts';

const PLANES: [string, MakeWorld][] = [['net', makeNetWorld]];
if (linuxPlaneSupport().usable) PLANES.push(['linux', makeLinuxWorld]);

describe.each(PLANES)('sessions on the %s plane', (_name, makeWorld) => {
  needs('openssl');

  const inWorld = async (prove: (world: World) => Promise<void>) => {
    const world = await overTls(makeWorld)();
    try {
      await prove(world);
      expect(world.errors).toEqual([]);
    } finally {
      await world.close();
    }
  };

  test.each([
    ['accepted', acceptedPair],
    ['dialed', dialedPair],
  ])(
    'a FIN without close_notify is told as a truncation, never as an end, where it was %s',
    async (_side, make) => {
      await inWorld(async (world) => {
        const { endpoint, seen, peer } = await make(world);
        endpoint.resume();
        peer.write(Buffer.from('half of i'));
        await world.until(() => seen.receivedBytes === 9, 'the bytes');
        (peer as TlsPeer).raw.end();
        await world.until(() => seen.isClosed, 'closed');
        expect(seen.resetCode).toBe(TRUNCATED);
        expect(seen.sawFin).toBe(false);
        await world.until(() => peer.sawReset, 'the RST');
      });
    },
  );

  test('a record that was changed on its way ends the session by its error', async () => {
    await inWorld(async (world) => {
      const { endpoint, seen, peer } = await acceptedPair(world);
      endpoint.resume();
      (peer as TlsPeer).raw.write(Buffer.from(`170303${'0020'}${'ab'.repeat(32)}`, 'hex'));
      await world.until(() => seen.isClosed, 'closed');
      expect(seen.resetCode).toBe('ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC');
      expect(seen.sawFin).toBe(false);
    });
  });

  test('50 MiB both ways at once, in pieces and with pauses, arrive as they were sent', {
    timeout: 120_000,
  }, async () => {
    await inWorld(async (world) => {
      const { endpoint, seen, peer } = await acceptedPair(world);
      const random = createRandom(17);
      const sent = someBytes(random, 50 * MIB);
      const hash = createHash('sha256');
      let received = 0;
      seen.hook = (call, chunk) => {
        if (call === 'accepted') fill();
        if (call !== 'data' || chunk === undefined) return;
        hash.update(chunk.bytes);
        received += chunk.bytes.length;
        if (random.int(0, 9) > 0) return;
        endpoint.pause();
        setImmediate(() => endpoint.resume());
      };
      const cut = pieces(random, sent, 60_000);
      let pendingMax = 0;
      const fill = () => {
        while (endpoint.pending < WINDOW_BYTES && cut.length > 0)
          endpoint.write(ownChunk(cut.shift() as Buffer));
        pendingMax = Math.max(pendingMax, endpoint.pending);
      };
      const back = createHash('sha256');
      let backBytes = 0;
      peer.onData((bytes) => {
        back.update(bytes);
        backBytes += bytes.length;
      });
      endpoint.resume();
      peer.readSlowly();
      setImmediate(() => peer.startReading());
      fill();
      for (const piece of pieces(random, sent, 500_000)) peer.write(piece);
      await until(() => received === sent.length && backBytes === sent.length);
      const wanted = createHash('sha256').update(sent).digest('hex');
      expect([hash.digest('hex'), back.digest('hex')]).toEqual([wanted, wanted]);
      expect(pendingMax).toBeLessThan(WINDOW_BYTES + 60_000);
      await world.until(() => endpoint.pending === 0, 'all accepted');
      expect(seen.acceptedBytes).toBe(sent.length);
    });
  });

  test('a reader that does not read is pushed back, and nothing is held for him but the window', async () => {
    await inWorld(async (world) => {
      const { endpoint, seen, peer } = await acceptedPair(world);
      endpoint.resume();
      endpoint.pause();
      peer.write(someBytes(createRandom(3), 16 * MIB));
      await world.settle();
      expect(peer.queued).toBeGreaterThan(4 * MIB);
      expect(seen.receivedBytes).toBe(0);
      endpoint.resume();
      await world.until(() => seen.receivedBytes === 16 * MIB, 'all of it');
    });
  });
});

describe('sessions between two of ours', () => {
  needs('openssl');

  test('half-close goes both ways', async () => {
    const { server, client, world } = await meet();
    const [a, b] = [client.endpoint as Endpoint, server.endpoint as Endpoint];
    const [seenA, seenB] = [observe(a), observe(b)];
    a.resume();
    b.resume();
    a.write(ownChunk(Buffer.from('request')));
    a.end();
    await world.until(() => seenB.sawFin && seenA.count('finished') === 1, 'the end of the request');
    b.write(ownChunk(Buffer.from('answer')));
    b.end();
    await world.until(() => seenA.sawFin, 'the end of the answer');
    expect([seenB.received.toString(), seenA.received.toString()]).toEqual(['request', 'answer']);
    a.close();
    b.close();
    await world.until(() => seenA.isClosed && seenB.isClosed, 'closed');
    expect([seenA.resetCode, seenB.resetCode, world.plane.open]).toEqual([null, null, 0]);
  });
});

async function until(predicate: () => boolean): Promise<void> {
  while (!predicate()) await new Promise((resolve) => setImmediate(resolve));
}
