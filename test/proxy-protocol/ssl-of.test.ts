import { describe, expect, test } from 'vitest';
import type { TlsFacts } from '../../src/core/tls.ts';
import { proxySslOf } from '../../src/proxy-protocol/index.ts';

const SESSION: TlsFacts = {
  version: 'TLSv1.3',
  cipher: 'TLS_AES_128_GCM_SHA256',
  sni: 'a.example',
  alpn: 'h2',
  resumed: false,
  peer: { subject: 'CN=c', commonName: 'c', names: [], fingerprint: '', verified: true },
};

describe('a TLS session in a PROXY header', () => {
  test('says what the client showed, and that it is good', () => {
    expect(proxySslOf(SESSION)).toMatchObject({
      ...{ tls: true, certificateOnConnection: true, certificateInSession: true, verify: 0 },
      ...{ version: 'TLSv1.3', cipher: 'TLS_AES_128_GCM_SHA256', commonName: 'c' },
    });
  });

  test('says of one taken up again that the certificate was shown earlier', () => {
    const ssl = proxySslOf({ ...SESSION, resumed: true });
    expect(ssl).toMatchObject({ certificateOnConnection: false, certificateInSession: true, verify: 0 });
  });

  test('never says that nothing, or a bad certificate, is good', () => {
    expect(proxySslOf({ ...SESSION, peer: null })).toMatchObject({
      ...{
        tls: true,
        certificateOnConnection: false,
        certificateInSession: false,
        verify: 1,
        commonName: null,
      },
    });
    const bad = { ...(SESSION.peer as NonNullable<TlsFacts['peer']>), verified: false };
    expect(proxySslOf({ ...SESSION, peer: bad }).verify).toBe(1);
  });
});
