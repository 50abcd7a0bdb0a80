import type { ConnectionOptions } from 'node:tls';
import { describe, expect, test } from 'vitest';
import type { Endpoint } from '../../src/core/ports.ts';
import type { ListenerTlsPlan } from '../../src/core/tls.ts';
import { createRandom } from '../../src/plane/memory/random.ts';
import { ANSWERS_UNREAD } from '../../src/tls/index.ts';
import { listen, observe, someBytes } from '../plane/contract/support.ts';
import type { Peer } from '../plane/contract/world.ts';
import { needs } from '../support/programs.ts';
import { KeyUpdates, SIMPLE_TLS13 } from './key-updates.ts';
import { memoryWorld, type Outcome, outcome } from './meeting.ts';
import { listenerPlan } from './plans.ts';
import { TlsPeer } from './tls-peer.ts';

/** A ClientHello begins so; what follows decides how far OpenSSL comes. */
const RECORD = Buffer.from('160301', 'hex');
const HELLO = Buffer.from('1603010200010001fc0303', 'hex');

describe('peers that do not keep to TLS', () => {
  needs('openssl');

  /** A server of ours, and a raw peer that has connected to it. */
  async function begin(differing: Partial<ListenerTlsPlan> = {}, there = memoryWorld()) {
    const { world, sessions } = there;
    let under: Endpoint | null = null;
    const server: Outcome = outcome(() => under);
    const { listening } = await listen(world, undefined, (accepted) => {
      under = accepted;
      sessions.accept(accepted, listenerPlan(differing), server);
    });
    const peer = world.connect(listening.address);
    await world.until(() => under !== null && peer.connected, 'a client');
    return { world, server, peer, under: under as unknown as Endpoint };
  }

  /** An alert, fatal, as the last record of what came; by its number. */
  const alertIn = ({ received }: Peer) => {
    const last = Buffer.from(received.slice(-7));
    return last[0] === 21 && last[5] === 2 ? last[6] : null;
  };

  test.each<[string, ConnectionOptions, Partial<ListenerTlsPlan>, string, number]>([
    [
      'no cipher of ours',
      { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-RSA-AES128-GCM-SHA256' },
      {},
      'ERR_SSL_NO_SHARED_CIPHER',
      40,
    ],
    [
      'an old version',
      { maxVersion: 'TLSv1.2' },
      { versionMin: 'TLSv1.3' },
      'ERR_SSL_UNSUPPORTED_PROTOCOL',
      70,
    ],
    [
      'other protocols',
      { ALPNProtocols: ['smtp'] },
      { alpn: ['h2'] },
      'ERR_SSL_NO_APPLICATION_PROTOCOL',
      120,
    ],
  ])('who offers %s is told by an alert why', async (_what, options, plan, code, alert) => {
    const { world, server, peer } = await begin(plan);
    const client = new TlsPeer(peer, false, options);
    await world.until(() => server.told > 0, 'the failure');
    expect(server.failure).toMatchObject({ kind: 'protocol', code });
    await world.until(() => peer.sawFin && client.error !== null, 'the end');
    expect(alertIn(peer)).toBe(alert);
    expect(client.error).toMatch(/ALERT/);
  });

  test.each([
    ['GET / HTTP/1.1\r\nHost: a.test\r\n\r\n', 'ERR_SSL_HTTP_REQUEST'],
    ['SSH-2.0-OpenSSH_9.6\r\n', 'ERR_SSL_WRONG_VERSION_NUMBER'],
  ])('%j instead of a ClientHello is a failure of the protocol', async (text, code) => {
    const { world, server, peer } = await begin();
    peer.write(Buffer.from(text));
    await world.until(() => server.told > 0, 'the failure');
    expect(server.failure).toMatchObject({ kind: 'protocol', code });
  });

  test('a peer that leaves in the handshake is told apart by how it left', async () => {
    for (const kind of ['reset', 'eof'] as const) {
      const { world, server, peer } = await begin();
      peer.write(HELLO);
      await world.settle();
      if (kind === 'reset') peer.reset();
      else peer.end();
      await world.until(() => server.told > 0, 'the failure');
      expect(server.failure?.kind).toBe(kind);
    }
  });

  test('a handshake that is cancelled tells nobody, and gives the endpoint back', async () => {
    const { world, sessions } = memoryWorld();
    const server = outcome();
    let under: Endpoint | null = null;
    const { listening } = await listen(world, undefined, (accepted) => {
      under = accepted;
      const handshake = sessions.accept(accepted, listenerPlan(), server);
      queueMicrotask(() => {
        handshake.cancel();
        handshake.cancel();
        observe(accepted).hook = () => {};
        accepted.destroy();
      });
    });
    const peer = world.connect(listening.address);
    peer.write(HELLO);
    await world.until(() => under !== null && peer.sawReset, 'the end');
    await world.settle();
    expect([server.told, world.plane.open, world.errors]).toEqual([0, 0, []]);
  });

  test('who asks for new keys without end, and reads no answer, is cut off', async () => {
    const { world, server, peer } = await begin();
    const client = new TlsPeer(peer, false, SIMPLE_TLS13);
    const updates = new KeyUpdates(client);
    await world.until(() => client.isSecure && server.endpoint !== null, 'the session');
    const seen = observe(server.endpoint as Endpoint);
    server.endpoint?.resume();
    await world.settle();
    peer.write(updates.take(100));
    await world.settle();
    expect(seen.isClosed, 'after a hundred').toBe(false);
    peer.stopReading();
    for (let round = 0; round < 100 && !seen.isClosed; round++) {
      peer.write(updates.take(1000));
      await world.settle();
    }
    expect(seen.resetCode).toBe(ANSWERS_UNREAD);
    expect(seen.isClosed).toBe(true);
  });

  test('a thousand streams of random bytes end in failures and leave nothing open', async () => {
    const there = memoryWorld();
    const random = createRandom(31);
    const kinds = new Map<string, number>();
    for (let round = 0; round < 1000; round++) {
      const { world, server, peer } = await begin({}, there);
      const start = [Buffer.alloc(0), RECORD, HELLO][round % 3] as Buffer;
      const noise = someBytes(random, random.int(1, 3000));
      if (round % 7 === 0) {
        // Half a handshake with a real client, then noise.
        new TlsPeer(peer, false);
        await world.until(() => peer.receivedBytes > 0, 'the answer');
      }
      peer.write(Buffer.concat([start, noise]));
      await world.settle();
      peer.end();
      await world.until(() => server.told > 0, `the failure of round ${round}`);
      const name = server.failure?.kind ?? 'none';
      kinds.set(name, (kinds.get(name) ?? 0) + 1);
      if (server.endpoint !== null) server.endpoint.destroy();
    }
    await there.world.settle();
    expect(there.world.errors).toEqual([]);
    expect(there.world.plane.open).toBe(0);
    expect(kinds.get('protocol')).toBeGreaterThan(500);
  }, 60_000);
});
