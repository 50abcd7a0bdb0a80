import { describe, expect, it } from 'vitest';
import { originAllowed } from '../../src/admin/origin-check.ts';
import type { Address } from '../../src/core/address.ts';

const LOOPBACK: Address = { kind: 'tcp', host: '127.0.0.1', port: 9900 };

describe('the origin of a write', () => {
  it.each([
    ['127.0.0.1:9900', 'http://127.0.0.1:9900'],
    ['localhost:9900', 'http://LocalHost:9900'],
    ['[::1]:9900', 'http://[::1]:9900'],
  ])('may be this server itself: host %s, origin %s', (host, origin) => {
    expect(originAllowed(LOOPBACK, host, origin)).toBe(true);
  });

  it.each([
    ['localhost:9900', 'http://127.0.0.1:9900'],
    ['127.0.0.1:9900', 'http://127.0.0.1:9901'],
    ['127.0.0.1:9900', 'https://127.0.0.1:9900'],
    ['127.0.0.1:9900', 'http://127.0.0.1:9900, http://evil.example'],
    ['127.0.0.1:9900', 'http://127.0.0.1:9900.evil.example'],
    ['127.0.0.1:9900', 'null'],
    ['127.0.0.1:9900', ''],
    [undefined, 'http://undefined'],
  ])('may be no other: host %s, origin %j', (host, origin) => {
    expect(originAllowed(LOOPBACK, host, origin)).toBe(false);
  });

  it('is missing where a program writes, which may', () => {
    expect(originAllowed(LOOPBACK, '127.0.0.1:9900', undefined)).toBe(true);
  });

  it('may be none at all where the Host header proves nothing', () => {
    const bounds: Address[] = [
      { kind: 'tcp', host: '192.0.2.1', port: 80 },
      { kind: 'unix', path: '/run/x' },
    ];
    for (const bound of bounds) {
      expect(originAllowed(bound, 'evil.example', 'http://evil.example')).toBe(false);
      expect(originAllowed(bound, 'x', undefined)).toBe(true);
    }
  });
});
