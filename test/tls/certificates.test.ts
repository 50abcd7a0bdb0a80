import type { ConnectionOptions } from 'node:tls';
import { describe, expect, test } from 'vitest';
import type { ListenerTlsPlan } from '../../src/core/tls.ts';
import { ContextCache } from '../../src/tls/context-cache.ts';
import { listen } from '../plane/contract/support.ts';
import { certificatePlan, testAuthority } from '../support/certificates.ts';
import { needs } from '../support/programs.ts';
import { meet, memoryWorld, outcome } from './meeting.ts';
import { listenerPlan } from './plans.ts';
import { TlsPeer } from './tls-peer.ts';

describe('certificates', () => {
  needs('openssl');

  const shownTo = async (certificates: ListenerTlsPlan['certificates'], serverName: string | null) => {
    const { client } = await meet({ server: { certificates }, client: { verify: false }, serverName });
    return client.facts?.peer?.commonName;
  };
  const some = () =>
    [['a.test'], ['b.test', '*.b.test'], ['c.b.test']].map((names, index) =>
      certificatePlan(testAuthority().issue({ names }), index === 0),
    );

  test.each([
    ['a.test', 'a.test'],
    ['B.TEST', 'b.test'],
    ['x.b.test', 'b.test'],
    ['c.b.test', 'c.b.test'],
    ['x.y.b.test', 'a.test'],
    ['nobody.test', 'a.test'],
    [null, 'a.test'],
  ])('who asks for %s is shown the one for %s', async (serverName, commonName) => {
    expect(await shownTo(some(), serverName)).toBe(commonName);
  });

  test.each<[string, ConnectionOptions]>([
    ['rsa', { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-RSA-AES128-GCM-SHA256' }],
    ['ec', { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' }],
    ['rsa', { minVersion: 'TLSv1.3', sigalgs: 'rsa_pss_rsae_sha256' }],
    ['ec', { minVersion: 'TLSv1.3', sigalgs: 'ecdsa_secp256r1_sha256' }],
  ])('of two kinds of key for one name, %s is shown to a client with %j', async (kind, options) => {
    const certificates = (['rsa', 'ec'] as const).map((keyType) =>
      certificatePlan(testAuthority().issue({ names: ['a.test'], keyType }), true),
    );
    const { world, sessions } = memoryWorld();
    const { listening } = await listen(world, undefined, (under) => {
      sessions.accept(under, listenerPlan({ certificates }), outcome());
    });
    const client = new TlsPeer(world.connect(listening.address), false, options);
    await world.until(() => client.isSecure || client.error !== null, 'the handshake');
    expect(client.tls.getPeerX509Certificate()?.publicKey.asymmetricKeyType).toBe(kind);
  });

  test('a context is found again by its content', () => {
    const cache = new ContextCache();
    const { cert, key } = testAuthority().issue({ names: ['a.test'] });
    const options = { cert, key, ca: [], minVersion: 'TLSv1.2' } as const;
    const context = cache.get({ ...options, ca: [] });
    expect(cache.get({ ...options, ca: [] })).toBe(context);
    expect(cache.get({ ...options, ca: [], minVersion: 'TLSv1.3' })).not.toBe(context);
  });
});
