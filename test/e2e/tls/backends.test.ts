import { describe, expect, test } from 'vitest';
import { selfSigned, type TestCertificate, testAuthority } from '../../support/certificates.ts';
import { expectCleanEnd } from '../../support/clean-end.ts';
import { startSServer } from '../../support/s-server.ts';
import { type Sluice, startSluice } from '../../support/sluice.ts';
import { AUTHORITY, EDGE, request } from './client.ts';

const RIGHT = AUTHORITY.issue({ names: ['backend.test'] });

describe('TLS that is terminated, and begun anew to an s_server', () => {
  test('whose certificate is good: its answer comes, and both sessions are told', async () => {
    const sluice = await inFrontOf(RIGHT);
    const answer = await request(sluice);
    expect(answer).toContain('Protocol  : TLSv1.3');
    const [line] = await sluice.waitForClosed(1);
    expect(line).toMatchObject({
      ...{ sni: 'edge.test', pool: 'app', tls: { version: 'TLSv1.3', resumed: false } },
      backend_tls: { version: 'TLSv1.3' },
    });
    await expectCleanEnd(sluice);
  });

  test.each([
    ['is for another name', AUTHORITY.issue({ names: ['other.test'] }), /ERR_TLS_CERT_ALTNAME_INVALID/],
    ['has run out', AUTHORITY.issue({ names: ['backend.test'], expired: true }), /CERT_HAS_EXPIRED/],
    ['is of an authority that nobody knows', unknown(), /UNABLE_TO_(GET_ISSUER_CERT|VERIFY)/],
    ['is vouched for by itself alone', selfSigned({ names: ['backend.test'] }), /SELF_SIGNED/],
  ])(
    'whose certificate %s: the client gets none of it, and the log says why',
    async (_name, certificate, why) => {
      const sluice = await inFrontOf(certificate);
      expect(await request(sluice)).toBe('');
      const [line] = await sluice.waitForClosed(1);
      expect(line).toMatchObject({ reason: 'backend-handshake', bytes_up: 0, bytes_down: 0 });
      expect(JSON.stringify(line?.['failed_attempts'])).toMatch(why);
      await expectCleanEnd(sluice);
    },
  );

  test('whose certificate is not looked at, because the configuration says so', async () => {
    const sluice = await inFrontOf(unknown(), 'verify: false');
    expect(await request(sluice)).toContain('Protocol  : TLSv1.3');
  });

  test('that asks for a certificate gets the one of the pool', async () => {
    const shown = AUTHORITY.issue({ commonName: 'sluice.test' });
    const asks = ['-Verify', '1', '-CAfile', AUTHORITY.certFile, '-verify_return_error'];
    const own = `cert: ${shown.certFile}, key: ${shown.keyFile}`;
    expect(await request(await inFrontOf(RIGHT, own, asks))).toMatch(/CN ?= ?sluice\.test/);
    expect(await request(await inFrontOf(RIGHT, '', asks))).not.toContain('Protocol');
  });
});

function unknown(): TestCertificate {
  return testAuthority('Nobody knows it').issue({ names: ['backend.test'] });
}

/** A Sluice that terminates TLS and verifies that its backend is `backend.test`. */
async function inFrontOf(
  certificate: TestCertificate,
  more = '',
  asks: readonly string[] = [],
): Promise<Sluice> {
  const { port } = await startSServer(certificate, ['-www', ...asks]);
  const tls = ['server_name: backend.test', `ca: ${AUTHORITY.certFile}`, more].filter((text) => text !== '');
  return startSluice(`
listeners: [{ name: edge, listen: 127.0.0.1:0, ${EDGE}, to: app }]
pools: { app: { backends: ["127.0.0.1:${port}"], connect: { retries: 0, tls: { ${tls.join(', ')} } } } }
`);
}
