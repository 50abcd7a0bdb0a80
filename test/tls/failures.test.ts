import { describe, expect, test } from 'vitest';
import { certificatePlan, selfSigned, testAuthority } from '../support/certificates.ts';
import { needs } from '../support/programs.ts';
import { meet, type Wishes } from './meeting.ts';

const shows = (certificate: ReturnType<typeof selfSigned>) => ({
  certificates: [certificatePlan(certificate, true)],
});

describe('handshakes that fail', () => {
  needs('openssl');

  test.each<[string, string, string, () => Wishes]>([
    [
      'an expired certificate',
      'certificate',
      'CERT_HAS_EXPIRED',
      () => ({ server: shows(testAuthority().issue({ names: ['a.test'], expired: true })) }),
    ],
    [
      'a certificate for another name',
      'certificate',
      'ERR_TLS_CERT_ALTNAME_INVALID',
      () => ({ server: shows(testAuthority().issue({ names: ['b.test'] })) }),
    ],
    [
      'a certificate that signed itself',
      'certificate',
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      () => ({ server: shows(selfSigned({ names: ['a.test'] })) }),
    ],
    [
      'a certificate of an authority that is not trusted',
      'certificate',
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      () => ({ server: shows(testAuthority('Other').issue({ names: ['a.test'] })) }),
    ],
  ])('a client turns down %s', async (_what, kind, code, wishes) => {
    const { client } = await meet(wishes());
    expect(client.failure).toMatchObject({ kind, code });
    expect(client.failure?.message).toMatch(/^TLS with the backend: ./);
  });

  test.each<[string, string, string, () => Wishes]>([
    [
      'only protocols that are not served',
      'protocol',
      'ERR_SSL_NO_APPLICATION_PROTOCOL',
      () => ({ server: { alpn: ['h2'] }, alpn: ['smtp'] }),
    ],
    [
      'no certificate where one is required',
      'certificate',
      'ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE',
      () => ({ server: { clientAuth: 'required', clientCa: testAuthority().cert } }),
    ],
    [
      'a certificate of an authority that is not trusted',
      'certificate',
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      () => ({
        server: { clientAuth: 'optional', clientCa: testAuthority().cert },
        client: { certificate: testAuthority('Other').issue({ commonName: 'robot' }) },
      }),
    ],
    [
      'an expired certificate',
      'certificate',
      'CERT_HAS_EXPIRED',
      () => ({
        server: { clientAuth: 'required', clientCa: testAuthority().cert },
        client: { certificate: testAuthority().issue({ commonName: 'robot', expired: true }) },
      }),
    ],
  ])('a server turns down %s', async (_what, kind, code, wishes) => {
    const { server } = await meet(wishes());
    expect(server.failure).toMatchObject({ kind, code });
    expect(server.failure?.message).toMatch(/^TLS with the client: ./);
  });
});
