import { describe, expect, test } from 'vitest';
import type { ListenerTlsPlan } from '../../src/core/tls.ts';
import { certificatePlan, testAuthority } from '../support/certificates.ts';
import { needs } from '../support/programs.ts';
import { meet, memoryWorld } from './meeting.ts';
import { listenerPlan } from './plans.ts';

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

  test('of two kinds of key for one name the one that the client can use is shown', async () => {
    const certificates = (['rsa', 'ec'] as const).map((keyType) =>
      certificatePlan(testAuthority().issue({ names: ['a.test'], keyType }), true),
    );
    for (const [kind, ciphers] of [
      ['RSA', 'ECDHE-RSA-AES128-GCM-SHA256'],
      ['ECDSA', 'ECDHE-ECDSA-AES128-GCM-SHA256'],
    ]) {
      const { client } = await meet({
        server: { certificates, ciphers: ciphers as string, versionMin: 'TLSv1.2' },
      });
      expect(client.failure, kind).toBe(null);
    }
    const { client } = await meet({ server: { certificates } });
    expect(client.facts?.peer?.verified).toBe(true);
  });

  test('a plan that says the same as the one before is as fast as one that is known', async () => {
    const there = memoryWorld();
    const certificates = some();
    for (let time = 0; time < 2; time++) {
      const plan = listenerPlan({ certificates: structuredClone(certificates) });
      const { client } = await meet({ server: plan, serverName: 'b.test' }, there);
      expect(client.facts?.sni ?? client.failure).toBe('b.test');
    }
  });
});
