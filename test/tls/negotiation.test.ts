import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { testAuthority } from '../support/certificates.ts';
import { eventually } from '../support/eventually.ts';
import { needs } from '../support/programs.ts';
import { tempDir } from '../support/temp.ts';
import { meet } from './meeting.ts';

describe('what a handshake agrees on', () => {
  needs('openssl');

  test('both sides know the same of it', async () => {
    const { server, client } = await meet({ server: { alpn: ['h2', 'http/1.1'] }, alpn: ['http/1.1', 'h2'] });
    expect(server.facts).toEqual({
      version: 'TLSv1.3',
      cipher: 'TLS_AES_256_GCM_SHA384',
      sni: 'a.test',
      alpn: 'h2',
      resumed: false,
      peer: null,
    });
    expect(client.facts).toEqual({
      ...server.facts,
      peer: {
        subject: 'CN=a.test, O=Sluice',
        commonName: 'a.test',
        names: ['a.test', '127.0.0.1'],
        fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
        verified: true,
      },
    });
  });

  test('a server without ALPN does not answer it, and a client without it is let in', async () => {
    const without = await meet({ alpn: ['h2'] });
    expect([without.server.facts?.alpn, without.client.facts?.alpn]).toEqual([null, null]);
    const { server } = await meet({ server: { alpn: ['h2'] } });
    expect([server.facts?.alpn, server.failure]).toEqual([null, null]);
  });

  test('a client certificate is in the facts, where one is asked for', async () => {
    const authority = testAuthority('Clients');
    const certificate = authority.issue({ commonName: 'robot', names: ['robot.test'] });
    for (const clientAuth of ['optional', 'required'] as const) {
      const { server } = await meet({
        server: { clientAuth, clientCa: authority.cert },
        client: { certificate },
      });
      expect(server.facts?.peer).toMatchObject({
        commonName: 'robot',
        names: ['robot.test'],
        verified: true,
      });
    }
    const { server } = await meet({ client: { certificate } });
    expect(server.facts?.peer).toBe(null);
  });

  test('where a client certificate is optional, a client without one is let in', async () => {
    const { server } = await meet({ server: { clientAuth: 'optional', clientCa: testAuthority().cert } });
    expect([server.facts?.peer, server.failure]).toEqual([null, null]);
  });

  test('a client may be told not to verify, and encrypts all the same', async () => {
    const { client } = await meet({ client: { verify: false, ca: testAuthority('Other').cert } });
    expect(client.facts).toMatchObject({
      version: 'TLSv1.3',
      peer: { commonName: 'a.test', verified: false },
    });
  });

  test('a backend without a name is checked by its address', async () => {
    const { client } = await meet({ serverName: null, host: '127.0.0.1' });
    expect(client.facts).toMatchObject({ sni: null, peer: { verified: true } });
    const wrong = await meet({ serverName: null, host: '127.0.0.2' });
    expect(wrong.client.failure?.code).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
  });

  test('the secrets of sessions are appended to a file that only its owner reads', async () => {
    const keyLog = join(tempDir(), 'keys.log');
    await meet({ server: { keyLog } });
    await meet({ server: { keyLog } });
    const lines = () => readFileSync(keyLog, 'utf8').split('\n');
    await eventually(
      () => lines().filter((line) => line.startsWith('CLIENT_TRAFFIC_SECRET_0 ')).length === 2,
      'the secrets of two sessions',
    );
    expect(statSync(keyLog).mode & 0o777).toBe(0o600);
  });
});
