import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyCidrContains, type Cidr, parseCidr, parseIp } from '../../src/core/cidr.ts';

function cidr(text: string): Cidr {
  const parsed = parseCidr(text);
  if (typeof parsed === 'string') throw new Error(parsed);
  return parsed;
}

describe('a network', () => {
  it.each([
    ['10.0.0.0/8', '10.255.255.255', true],
    ['10.0.0.0/8', '11.0.0.0', false],
    ['10.1.2.3/8', '10.9.9.9', true],
    ['192.168.1.0/25', '192.168.1.127', true],
    ['192.168.1.0/25', '192.168.1.128', false],
    ['0.0.0.0/0', '255.255.255.255', true],
    ['127.0.0.1', '127.0.0.1', true],
    ['127.0.0.1', '127.0.0.2', false],
    ['10.0.0.0/8', '::ffff:10.1.2.3', true],
    ['10.0.0.0/8', '::ffff:0a01:0203', true],
    ['::ffff:10.0.0.0/104', '10.1.2.3', true],
    ['::ffff:10.0.0.0/104', '::ffff:10.1.2.3', true],
    ['::ffff:10.0.0.0/104', '11.1.2.3', false],
    ['::ffff:10.0.0.1', '10.0.0.1', true],
    ['2001:db8::/32', '2001:db8:ffff::1', true],
    ['2001:db8::/32', '2001:db9::', false],
    ['2001:db8::/33', '2001:db8:8000::', false],
    ['fe80::/10', 'febf::1%eth0', true],
    ['::1/128', '::1', true],
    ['::/0', '::1', true],
    ['::/0', '1.2.3.4', false],
    ['0.0.0.0/0', '::1', false],
    ['10.0.0.0/8', 'not an address', false],
  ])('%s and %s: %s', (network, address, contained) => {
    expect(anyCidrContains([cidr(network)], address)).toBe(contained);
    expect(anyCidrContains([cidr('203.0.113.7'), cidr(network)], address)).toBe(contained);
  });

  it('an empty list contains nothing', () => {
    expect(anyCidrContains([], '10.0.0.1')).toBe(false);
  });

  it.each([
    '',
    '10.0.0.0/33',
    '::/129',
    '10.0.0.0/',
    '10.0.0.0/-1',
    '10.0.0.0/8/8',
    '10.0.0/8',
    'x/8',
    '10.0.0.0/a',
  ])('"%s" is none, and it says why', (text) => {
    expect(parseCidr(text)).toMatch(/is not/);
  });

  it('contains exactly the addresses that share its leading bits', () => {
    const ipv4 = fc.integer({ min: 0, max: 0xffffffff });
    const dotted = (value: number): string =>
      [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.');
    fc.assert(
      fc.property(ipv4, fc.integer({ min: 0, max: 32 }), ipv4, fc.nat(32), (network, bits, other, shared) => {
        const mask = (width: number): number => (width === 0 ? 0 : (-1 << (32 - width)) >>> 0);
        const address = ((network & mask(shared)) | (other & ~mask(shared))) >>> 0;
        const wanted = (network & mask(bits)) >>> 0 === (address & mask(bits)) >>> 0;
        expect(anyCidrContains([cidr(`${dotted(network)}/${bits}`)], dotted(address))).toBe(wanted);
      }),
    );
  });
});

describe('an IP address', () => {
  it('IPv6 in every way of writing is read to its 16 bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 8, maxLength: 8 }), (groups) => {
        const bytes = groups.flatMap((group) => [group >> 8, group & 255]);
        expect(parseIp(groups.map((group) => group.toString(16)).join(':'))).toEqual(bytes);
        expect(parseIp(groups.map((group) => group.toString(16).padStart(4, '0')).join(':'))).toEqual(bytes);
        const tail = bytes.slice(12).join('.');
        const head = groups.slice(0, 6).map((group) => group.toString(16).toUpperCase());
        expect(parseIp(`${head.join(':')}:${tail}`)).toEqual(bytes);
        const short = groups.map((group, index) => (index === 2 || index === 3 ? 0 : group));
        const [left, right] = [short.slice(0, 2), short.slice(4)].map((half) =>
          half.map((group) => group.toString(16)).join(':'),
        );
        expect(parseIp(`${left}::${right}`)).toEqual(short.flatMap((group) => [group >> 8, group & 255]));
      }),
    );
  });

  it.each([
    '1.2.3',
    '1.2.3.4.5',
    '01.2.3.4',
    '1.2.3.256',
    '1.2.3.',
    ' 1.2.3.4',
    ':',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7:8::',
    '12345::',
    'g::',
    '1.2.3.4::',
    '::1.2.3.4:5',
    '::1.2.3',
  ])('"%s" is none', (text) => {
    expect(parseIp(text)).toBeNull();
  });
});
