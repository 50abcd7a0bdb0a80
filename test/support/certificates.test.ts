import { X509Certificate } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { certificatePlan, selfSigned, testAuthority } from './certificates.ts';
import { needs } from './programs.ts';

describe('certificates for tests', () => {
  needs('openssl');

  test.each(['ec', 'rsa', 'ed25519'] as const)('an authority signs %s certificates', (keyType) => {
    const authority = testAuthority();
    const leaf = authority.issue({ names: ['a.test', '*.b.test', '127.0.0.1', '::1'], keyType });
    const read = new X509Certificate(leaf.cert);
    expect(read.verify(new X509Certificate(authority.cert).publicKey)).toBe(true);
    expect(read.publicKey.asymmetricKeyType).toBe(keyType);
    expect(read.subject).toBe('O=Sluice\nCN=a.test');
    expect([read.checkHost('x.b.test'), read.checkIP('::1')]).toEqual(['*.b.test', '::1']);
    expect(certificatePlan(leaf).names).toEqual(['a.test', '*.b.test']);
  });

  test('what ran out has run out, and what was wished for twice is made once', () => {
    const wish = { names: ['old.test'], expired: true };
    const old = testAuthority().issue(wish);
    expect(certificatePlan(old).notAfter).toBeLessThan(Date.now());
    expect(testAuthority().issue({ ...wish })).toBe(old);
  });

  test('another authority, and a certificate of its own, are not signed by the first', () => {
    const key = new X509Certificate(testAuthority().cert).publicKey;
    for (const cert of [
      testAuthority('Other').issue({ names: ['a.test'] }).cert,
      selfSigned({ names: ['a.test'] }).cert,
    ])
      expect(new X509Certificate(cert).verify(key)).toBe(false);
  });
});
