import { describe, expect, test } from 'vitest';
import { PROXY_V1_BYTES_MAX, readProxyHeader } from '../../src/proxy-protocol/index.ts';
import { expectFinalAndExact, headerOf, whyNot } from './answers.ts';
import { bytesOf, CLIENT, SERVER } from './bytes.ts';

function line(text: string): Uint8Array {
  return bytesOf(`${text}\r\n`);
}

describe('a line of version 1', () => {
  test('is the one in proxy-protocol.txt', () => {
    const bytes = bytesOf(
      'PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\nGET / HTTP/1.1\r\nHost: 192.168.0.11\r\n\r\n',
    );
    expect(readProxyHeader(bytes)).toEqual({
      kind: 'header',
      length: 47,
      header: {
        version: 1,
        command: 'proxy',
        transport: 'tcp',
        source: CLIENT,
        destination: SERVER,
        tlvs: {
          alpn: null,
          authority: null,
          uniqueId: null,
          ssl: null,
          netns: null,
          traceparent: null,
          others: [],
        },
      },
    });
  });

  test.each([
    [
      'the longest of IPv4',
      'TCP4 255.255.255.255 255.255.255.255 65535 65535',
      '255.255.255.255',
      '255.255.255.255',
    ],
    ['the shortest of IPv4', 'TCP4 0.0.0.0 0.0.0.0 0 0', '0.0.0.0', '0.0.0.0'],
    [
      'the longest of IPv6',
      `TCP6 ${'ffff:'.repeat(7)}ffff ${'ffff:'.repeat(7)}ffff 65535 65535`,
      `${'ffff:'.repeat(7)}ffff`,
      `${'ffff:'.repeat(7)}ffff`,
    ],
    ['upper and lower case', 'TCP6 2001:DB8::A 2001:db8::b 1 2', '2001:db8::a', '2001:db8::b'],
    ['a long way to write it', 'TCP6 2001:0db8:0000:0000:0000:0000:0000:0001 :: 1 2', '2001:db8::1', '::'],
    ['mapped IPv4 addresses', 'TCP6 ::ffff:10.0.0.1 ::ffff:a00:2 1 2', '10.0.0.1', '10.0.0.2'],
  ])('has %s', (_name, text, source, destination) => {
    expect(headerOf(line(`PROXY ${text}`))).toMatchObject({
      transport: 'tcp',
      source: { host: source },
      destination: { host: destination },
    });
  });

  test.each([
    ['alone', 'PROXY UNKNOWN'],
    ['with a space behind it', 'PROXY UNKNOWN '],
    ['with addresses', `PROXY UNKNOWN ${'ffff:'.repeat(7)}ffff ${'ffff:'.repeat(7)}ffff 65535 65535`],
    ['with anything, lone CR and LF included', 'PROXY UNKNOWN \n\r\0\xff \r'],
  ])('says UNKNOWN %s and is taken, without addresses', (_name, text) => {
    expect(headerOf(line(text))).toMatchObject({
      command: 'proxy',
      transport: 'unspecified',
      source: null,
      destination: null,
    });
  });

  test.each([
    [
      'no space after PROXY',
      'PROXY\tTCP4 1.2.3.4 1.2.3.4 1 2',
      /byte 6 is 0x09 after "PROXY", where one space belongs/,
    ],
    ['two spaces after PROXY', 'PROXY  TCP4 1.2.3.4 1.2.3.4 1 2', /byte 7 is 0x20 in the protocol/],
    [
      'another protocol',
      'PROXY TCP5 1.2.3.4 1.2.3.4 1 2',
      /byte 10 is 0x35 in the protocol, where "TCP4", "TCP6" or "UNKNOWN" belongs/,
    ],
    ['a protocol in lower case', 'PROXY tcp4 1.2.3.4 1.2.3.4 1 2', /byte 7 is 0x74/],
    ['an HTTP method PROXY', 'PROXY / HTTP/1.1', /byte 7 is 0x2f/],
    ['a word that goes on', 'PROXY UNKNOWNS', /byte 14 is 0x53 after "UNKNOWN"/],
    ['nothing after the protocol', 'PROXY TCP4', /byte 11 is 0x0d after "TCP4", where a space belongs/],
    ['a leading zero in an address', 'PROXY TCP4 010.0.0.1 1.2.3.4 1 2', /source address is "010\.0\.0\.1"/],
    ['three numbers', 'PROXY TCP4 1.2.3 1.2.3.4 1 2', /source address/],
    ['a number above 255', 'PROXY TCP4 1.2.3.4 1.2.3.256 1 2', /destination address is "1\.2\.3\.256"/],
    [
      'IPv4 under TCP6',
      'PROXY TCP6 1.2.3.4 1.2.3.4 1 2',
      /source address is "1\.2\.3\.4", where one of IPv6 belongs/,
    ],
    ['IPv6 under TCP4', 'PROXY TCP4 ::1 ::1 1 2', /byte 12 is 0x3a in the line/],
    ['a zone', 'PROXY TCP6 fe80::1%eth0 ::1 1 2', /byte 19 is 0x25/],
    ['two double colons', 'PROXY TCP6 1::2::3 ::1 1 2', /source address/],
    ['nine groups', 'PROXY TCP6 1:2:3:4:5:6:7:8:9 ::1 1 2', /source address/],
    [
      'a leading zero in a port',
      'PROXY TCP4 1.2.3.4 1.2.3.4 01 2',
      /source port is "01", where a number from 0 to 65535/,
    ],
    ['a port above 65535', 'PROXY TCP4 1.2.3.4 1.2.3.4 1 65536', /destination port is "65536"/],
    ['a port of letters', 'PROXY TCP4 1.2.3.4 1.2.3.4 1 http', /byte 30 is 0x68/],
    ['a sign', 'PROXY TCP4 1.2.3.4 1.2.3.4 +1 2', /byte 28 is 0x2b/],
    ['no destination port', 'PROXY TCP4 1.2.3.4 1.2.3.4 1', /3 fields after "TCP4"/],
    ['a fifth field', 'PROXY TCP4 1.2.3.4 1.2.3.4 1 2 3', /5 fields/],
    ['a space at its end', 'PROXY TCP4 1.2.3.4 1.2.3.4 1 2 ', /5 fields/],
    ['two spaces', 'PROXY TCP4 1.2.3.4  1.2.3.4 1 2', /5 fields/],
    ['a line feed alone', 'PROXY TCP4 1.2.3.4 1.2.3.4 1 2\n', /byte 31 is 0x0a/],
    [
      'a carriage return alone',
      'PROXY TCP4 1.2.3.4 1.2.3.4 1 2\r ',
      /byte 32 is 0x20 after CR, where LF belongs/,
    ],
    ['a hostile byte', 'PROXY TCP4 \x1b[2J', /byte 12 is 0x1b/],
  ])('with %s is refused', (_name, text, why) => {
    expect(whyNot(line(text))).toMatch(why);
    expectFinalAndExact(line(text));
  });

  test('may have 107 bytes and no more', () => {
    const longest = `PROXY UNKNOWN ${'x'.repeat(91)}\r\n`;
    expect(longest).toHaveLength(PROXY_V1_BYTES_MAX);
    headerOf(bytesOf(longest));
    expect(whyNot(bytesOf(longest.replace('x', 'xx')))).toMatch(/no CR LF in the first 107 bytes/);
  });

  test('is given up at its 107th byte, and not before', () => {
    const long = bytesOf('PROXY UNKNOWN ', 'x'.repeat(200));
    expect(readProxyHeader(long.subarray(0, 106))).toEqual({ kind: 'need-more', atLeast: 107 });
    expect(readProxyHeader(long.subarray(0, 107)).kind).toBe('invalid');
    expectFinalAndExact(long);
  });
});

describe('what is no PROXY header', () => {
  test.each([
    ['HTTP', 'GET / HTTP/1.1', 1],
    ['POST', 'POST / HTTP/1.1', 2],
    ['PROPFIND', 'PROPFIND / HTTP/1.1', 4],
    ['the word in lower case', 'proxy TCP4', 1],
    ['almost the word', 'PROXX', 5],
    ['TLS', '\x16\x03\x01', 1],
    ['CR LF', '\r\nGET', 3],
    ['almost the signature of version 2', '\r\n\r\n\0\r\nQUIT\r', 12],
  ])('%s is known by the first byte that settles it', (_name, text, settledBy) => {
    const bytes = bytesOf(text);
    expectFinalAndExact(bytes);
    expect(readProxyHeader(bytes.subarray(0, settledBy))).toEqual({ kind: 'none' });
    expect(readProxyHeader(bytes.subarray(0, settledBy - 1)).kind).toBe('need-more');
  });

  test('before the first byte one is asked for', () => {
    expect(readProxyHeader(new Uint8Array(0))).toEqual({ kind: 'need-more', atLeast: 1 });
  });
});
