import { X509Certificate } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { type TestCertificate, testAuthority } from '../../support/certificates.ts';
import { type Sluice, startSluice } from '../../support/sluice.ts';
import { startReader } from '../proxy-protocol/reader.ts';
import { AUTHORITY, request, terminating } from './client.ts';

const ALICE = AUTHORITY.issue({ commonName: 'alice', names: ['alice.test', '192.0.2.7'] });
const STRANGER = testAuthority('Nobody knows it').issue({ commonName: 'mallory' });
const EXPIRED = AUTHORITY.issue({ commonName: 'late', expired: true });

describe.each(['optional', 'required'])('client_auth: %s, with s_client', (auth) => {
  test('a good certificate is told in the log and to the backend', async () => {
    const { sluice, reader } = await asking(auth);
    expect(await request(sluice, ...showing(ALICE))).toBe('seen');
    const { read } = await reader.next();
    expect(read.kind === 'header' && read.header.tlvs.ssl).toMatchObject({
      ...{ tls: true, certificateOnConnection: true, certificateInSession: true, verify: 0 },
      ...{ version: 'TLSv1.3', commonName: 'alice' },
    });
    const [line] = await sluice.waitForClosed(1);
    expect(line).toMatchObject({ route: 'known' });
    const fingerprint = new X509Certificate(ALICE.cert).fingerprint256.replaceAll(':', '').toLowerCase();
    const names = expect.arrayContaining(['alice.test']);
    const subject = expect.stringContaining('CN=alice');
    expect(line?.['tls']).toMatchObject({ client: { verified: true, names, subject, fingerprint } });
  });

  test.each([
    ['of an unknown authority', STRANGER],
    ['that has run out', EXPIRED],
  ])('one %s is turned away', async (_name, certificate) => {
    const { sluice } = await asking(auth);
    expect(await request(sluice, ...showing(certificate))).toBe('');
    const [line] = await sluice.waitForClosed(1);
    expect(line).toMatchObject({ reason: 'tls-handshake', backend: null, refusal: expect.any(String) });
  });

  test(auth === 'optional' ? 'none is fine, and told as none' : 'none is turned away', async () => {
    const { sluice, reader } = await asking(auth);
    const answer = await request(sluice);
    const [line] = await sluice.waitForClosed(1);
    if (auth === 'required') {
      expect(answer).toBe('');
      expect(line).toMatchObject({ reason: 'tls-handshake', backend: null, refusal: expect.any(String) });
      return;
    }
    expect(answer).toBe('seen');
    expect(line).toMatchObject({ route: 'anybody' });
    expect(line?.['tls']).not.toHaveProperty('client');
    const { read } = await reader.next();
    expect(read.kind === 'header' && read.header.tlvs.ssl).toMatchObject({
      ...{ tls: true, certificateOnConnection: false, commonName: null },
    });
  });
});

/** A Sluice that asks its clients for certificates, and what its backend reads. */
async function asking(
  auth: string,
): Promise<{ sluice: Sluice; reader: Awaited<ReturnType<typeof startReader>> }> {
  const reader = await startReader();
  const sluice = await startSluice(`
listeners:
  - name: edge
    listen: 127.0.0.1:0
    ${terminating(`client_ca: ${AUTHORITY.certFile}`, `client_auth: ${auth}`)}
    routes:
      - { name: known, match: { client_certificate: true }, to: app }
      - { name: anybody, to: app }
pools:
  app:
    backends: ["127.0.0.1:${reader.port}"]
    connect: { proxy_protocol: { version: v2, tlvs: [ssl, crc32c] } }
`);
  return { sluice, reader };
}

function showing({ certFile, keyFile }: TestCertificate): string[] {
  return ['-cert', certFile, '-key', keyFile];
}
