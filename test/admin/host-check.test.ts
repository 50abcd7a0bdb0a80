import { describe, expect, it } from 'vitest';
import { hostAllowed, isLoopback } from '../../src/admin/host-check.ts';
import type { Address } from '../../src/core/address.ts';

const LOOPBACK: Address = { kind: 'tcp', host: '127.0.0.1', port: 9900 };
const EVERYWHERE: Address = { kind: 'tcp', host: '::', port: 9900 };
const UNIX: Address = { kind: 'unix', path: '/run/x.sock' };

describe('the Host header on a loopback address', () => {
  it.each([
    'localhost',
    'localhost:9900',
    'LocalHost.:1',
    'a.localhost',
    '127.0.0.1',
    '127.0.0.1:9900',
    '127.9.8.7:1',
    '[::1]',
    '[::1]:9900',
    '[::ffff:127.0.0.1]:9900',
  ])('may be %s', (host) => {
    expect(hostAllowed(LOOPBACK, host)).toBe(true);
  });

  it.each([
    'evil.example',
    'evil.example:9900',
    'localhost.evil.example',
    'notlocalhost',
    '127.0.0.1.evil.example',
    '128.0.0.1',
    '0.0.0.0',
    '[::2]:9900',
    '[::1',
    '',
    ':9900',
    '127.0.0.1:9900@evil.example',
  ])('may not be %j', (host) => {
    expect(hostAllowed(LOOPBACK, host)).toBe(false);
  });

  it('may be missing, as probes of HTTP/1.0 leave it out', () => {
    expect(hostAllowed(LOOPBACK, undefined)).toBe(true);
  });
});

it('is not looked at where the address is not loopback', () => {
  for (const bound of [EVERYWHERE, UNIX]) {
    expect(isLoopback(bound)).toBe(false);
    expect(hostAllowed(bound, 'proxy.example')).toBe(true);
  }
});
