import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isLoopback } from '../../src/config/places.ts';
import { parseCidr } from '../../src/core/cidr.ts';
import { formatCidr } from '../../src/core/format-cidr.ts';

describe('a loopback address', () => {
  it.each([
    '127.0.0.1',
    '127.255.0.3',
    '::1',
    '0:0:0:0:0:0:0:1',
    '::ffff:127.0.0.1',
    'localhost',
    'LocalHost',
  ])('is %s', (host) => {
    expect(isLoopback(host)).toBe(true);
  });

  it.each([
    '0.0.0.0',
    '::',
    '128.0.0.1',
    '::2',
    '1::1',
    '::ffff:10.0.0.1',
    'localhost.example.com',
    'admin',
    '',
  ])('is not %j', (host) => {
    expect(isLoopback(host)).toBe(false);
  });
});

describe('a network', () => {
  const byte = fc.oneof(fc.constant(0), fc.nat(255));
  const cidr = fc.constantFrom(4, 16).chain((length) =>
    fc.record({
      bytes: fc.array(byte, { minLength: length, maxLength: length }),
      bits: fc.nat(length * 8),
    }),
  );

  it('is read back from what is printed of it', () => {
    fc.assert(
      fc.property(cidr, (network) => {
        expect(parseCidr(formatCidr(network))).toEqual(network);
      }),
    );
  });

  it.each(['2001:db8::1', '::', '::1', '1::', '1:0:2::3', '10.0.0.0/8', '2001:db8::/32', '1:2:3:4:5:6:7:8'])(
    'is printed as %s, the shortest form',
    (text) => {
      const network = parseCidr(text);
      expect(typeof network === 'string' ? network : formatCidr(network)).toBe(text);
    },
  );
});
