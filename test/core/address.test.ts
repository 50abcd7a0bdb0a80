import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Address, formatAddress, parseAddress, UNIX_PATH_BYTES_MAX } from '../../src/core/address.ts';

describe('an address as text', () => {
  it('reads back to an equal address, whatever the address', () => {
    const label = fc.stringMatching(/^[A-Za-z][A-Za-z0-9]{0,10}$/);
    const host = fc.oneof(
      fc.ipV4(),
      fc.ipV6(),
      fc.constantFrom('localhost', '::', '0.0.0.0', 'fe80::1%eth0', 'a_b.c-d.example.'),
      fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join('.')),
    );
    const address: fc.Arbitrary<Address> = fc.oneof(
      fc.record({ kind: fc.constant('tcp' as const), host, port: fc.integer({ min: 0, max: 65_535 }) }),
      fc.record({ kind: fc.constant('unix' as const), path: fc.stringMatching(/^\/[ -~]{1,40}$/) }),
    );
    fc.assert(
      fc.property(address, (one) => {
        expect(parseAddress(formatAddress(one))).toEqual(one);
      }),
    );
  });

  it('any text gives an address or says what is wrong, and never throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[[\]:.0-9a-fx%-]{0,30}$/)), (text) => {
        const read = parseAddress(text);
        if (typeof read === 'string') expect(read.length).toBeGreaterThan(0);
        else expect(parseAddress(formatAddress(read))).toEqual(read);
      }),
    );
  });

  it.each([
    ['127.0.0.1:80', { kind: 'tcp', host: '127.0.0.1', port: 80 }],
    ['[::1]:0', { kind: 'tcp', host: '::1', port: 0 }],
    ['example.com:65535', { kind: 'tcp', host: 'example.com', port: 65_535 }],
    [':8080', { kind: 'tcp', host: '::', port: 8080 }],
    ['unix:/run/x.sock', { kind: 'unix', path: '/run/x.sock' }],
    [`unix:${'p'.repeat(UNIX_PATH_BYTES_MAX)}`, { kind: 'unix', path: 'p'.repeat(UNIX_PATH_BYTES_MAX) }],
  ])('%s is an address', (text, address) => {
    expect(parseAddress(text)).toEqual(address);
  });

  it.each([
    ['', 'the port is missing'],
    ['localhost', 'the port is missing'],
    ['localhost:', '"" is not a port'],
    ['localhost:http', '"http" is not a port'],
    ['localhost:65536', '"65536" is not a port'],
    ['localhost:-1', '"-1" is not a port'],
    ['localhost:8e1', '"8e1" is not a port'],
    ['::1:80', 'in brackets'],
    ['[::1:80', 'not closed'],
    ['[127.0.0.1]:80', 'not an IPv6 address'],
    ['[1:2]:80', 'not an IPv6 address'],
    ['[1::2::3]:80', 'not an IPv6 address'],
    ['256.0.0.1:80', 'not an IPv4 address'],
    ['127.1:80', 'not an IPv4 address'],
    ['-x:80', 'not a host'],
    ['a b:80', 'not a host'],
    ['unix:', 'is empty'],
    [`unix:${'ü'.repeat(54)}`, 'at most 107 bytes'],
  ])('%s is no address, and it says why', (text, why) => {
    expect(parseAddress(text)).toContain(why);
  });
});
