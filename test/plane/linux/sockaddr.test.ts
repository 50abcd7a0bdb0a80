import { isIPv6 } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UNIX_PATH_BYTES_MAX } from '../../../src/core/address.ts';
import { parseIp } from '../../../src/core/cidr.ts';
import { decodeAddress, encodeAddress, formatIpv6 } from '../../../src/plane/linux/sockaddr.ts';

describe('addresses of sockets', () => {
  it.each([
    ['::', '::'],
    ['::1', '::1'],
    ['1::', '1::'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0DB8:0000:0000:0000:0000:0000:0001', '2001:db8::1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['fe80::ABCD', 'fe80::abcd'],
    ['::ffff:192.0.2.1', '::ffff:192.0.2.1'],
    ['::192.0.2.1', '::c000:201'],
    ['0:0:0:0:0:fffe:0:0', '::fffe:0:0'],
  ])('%s is written as RFC 5952 has it', (text, canonical) => {
    expect(formatIpv6(Uint8Array.from(parseIp(text)!))).toBe(canonical);
  });

  it('an IPv6 address and its port come back as they went in, in canonical text', () => {
    fc.assert(
      fc.property(fc.ipV6(), fc.nat(65_535), (host, port) => {
        const encoded = encodeAddress({ kind: 'tcp', host, port })!;
        const decoded = decodeAddress(encoded, encoded.length);
        if (decoded.kind !== 'tcp' || decoded.port !== port || !isIPv6(decoded.host)) return false;
        return isDeepStrictEqual(parseIp(decoded.host), parseIp(host));
      }),
    );
  });

  it('text is canonical: what it stands for gives the same text again', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
        const text = formatIpv6(bytes);
        return isDeepStrictEqual(parseIp(text), [...bytes]) && formatIpv6(bytes) === text;
      }),
    );
  });

  it('an IPv4 address and its port come back as they went in', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.nat(65_535), (host, port) => {
        const encoded = encodeAddress({ kind: 'tcp', host, port })!;
        expect(decodeAddress(encoded, encoded.length)).toEqual({ kind: 'tcp', host, port });
        expect([encoded.length, encoded[2]! * 256 + encoded[3]!]).toEqual([16, port]);
      }),
    );
  });

  it('the path of a Unix socket comes back as it went in, up to the longest', () => {
    for (const path of ['/run/sluice.sock', 'relative', 'x'.repeat(UNIX_PATH_BYTES_MAX), '/tmp/ä']) {
      const encoded = encodeAddress({ kind: 'unix', path })!;
      expect(decodeAddress(encoded, encoded.length)).toEqual({ kind: 'unix', path });
    }
    const path = 'x'.repeat(UNIX_PATH_BYTES_MAX + 1);
    expect(() => encodeAddress({ kind: 'unix', path })).toThrow(RangeError);
  });

  it('a Unix socket that nobody has bound has an empty path', () => {
    expect(decodeAddress(new Uint8Array(110), 2)).toEqual({ kind: 'unix', path: '' });
    expect(decodeAddress(new Uint8Array(110), 0)).toEqual({ kind: 'unix', path: '' });
  });

  it('a zone by number is the scope of the address', () => {
    const encoded = encodeAddress({ kind: 'tcp', host: 'fe80::1%7', port: 80 })!;
    expect(encoded.length).toBe(28);
    expect(new Int32Array(encoded.slice(24).buffer)[0]).toBe(7);
  });

  it('a name is no address', () => {
    expect(encodeAddress({ kind: 'tcp', host: 'example.org', port: 80 })).toBe(null);
  });
});
