import { describe, expect, test } from 'vitest';
import { NO_PROXY_TLVS } from '../../src/core/proxy-header.ts';
import { PROXY_V2_BYTES_MAX, readProxyHeader } from '../../src/proxy-protocol/index.ts';
import { expectFinalAndExact, headerOf, whyNot } from './answers.ts';
import {
  bytesOf,
  CLIENT,
  CLIENT6,
  IPV4_BLOCK,
  IPV6_BLOCK,
  SERVER,
  SERVER6,
  tlv,
  unixField,
  v2,
} from './bytes.ts';

describe('a header of version 2', () => {
  test.each([
    ['TCP over IPv4', 0x11, IPV4_BLOCK, 'tcp', CLIENT, SERVER],
    ['UDP over IPv4', 0x12, IPV4_BLOCK, 'udp', CLIENT, SERVER],
    ['TCP over IPv6', 0x21, IPV6_BLOCK, 'tcp', CLIENT6, SERVER6],
    ['UDP over IPv6', 0x22, IPV6_BLOCK, 'udp', CLIENT6, SERVER6],
  ])('says %s', (_name, form, block, transport, source, destination) => {
    const expected = { version: 2, command: 'proxy', transport, source, destination, tlvs: NO_PROXY_TLVS };
    expect(headerOf(v2(0x21, form, block))).toEqual(expected);
    expectFinalAndExact(v2(0x21, form, block));
  });

  test.each([
    ['paths', '/run/a.sock', '/run/b.sock', '/run/a.sock', '/run/b.sock'],
    ['a client without a name', '', '/run/b.sock', '', '/run/b.sock'],
    ['names in the abstract namespace', '\0a b', '\0b\0c', '\0a b', '\0b\0c'],
    ['something behind the end of a path', '/a\0rubbish', '/b', '/a', '/b'],
    [
      'paths as long as the field',
      `/${'a'.repeat(107)}`,
      `/${'b'.repeat(107)}`,
      `/${'a'.repeat(107)}`,
      `/${'b'.repeat(107)}`,
    ],
    ['UTF-8', '/\xc3\xa4', '/b', '/ä', '/b'],
    ['no UTF-8', '/\xe4', '/b', '/ä', '/b'],
  ])('says Unix sockets, with %s', (_name, from, to, source, destination) => {
    for (const [form, transport] of [
      [0x31, 'tcp'],
      [0x32, 'udp'],
    ] as const) {
      expect(headerOf(v2(0x21, form, bytesOf(unixField(from), unixField(to))))).toMatchObject({
        transport,
        source: { kind: 'unix', path: source },
        destination: { kind: 'unix', path: destination },
      });
    }
  });

  test('reads an IPv4 address that IPv6 maps as IPv4', () => {
    const block = Uint8Array.from(IPV6_BLOCK);
    block.set([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 1, 2, 3]);
    expect(headerOf(v2(0x21, 0x21, block)).source).toEqual({ kind: 'tcp', host: '10.1.2.3', port: 56_324 });
  });

  test.each([
    ['LOCAL without anything', v2(0x20, 0x00, bytesOf()), 'local'],
    ['LOCAL with addresses', v2(0x20, 0x11, IPV4_BLOCK), 'local'],
    ['LOCAL with too few bytes for its addresses', v2(0x20, 0x21, IPV4_BLOCK), 'local'],
    ['LOCAL of an unknown family', v2(0x20, 0xf7, bytesOf('whatever this is')), 'local'],
    ['LOCAL with what is no TLV', v2(0x20, 0x00, bytesOf('\xff\xff')), 'local'],
    ['UNSPEC', v2(0x21, 0x00, bytesOf()), 'proxy'],
    ['UNSPEC with what is no TLV', v2(0x21, 0x00, bytesOf('some address of an unknown kind')), 'proxy'],
    ['a transport without a family', v2(0x21, 0x01, bytesOf()), 'proxy'],
    ['a family without a transport', v2(0x21, 0x10, IPV4_BLOCK), 'proxy'],
  ])('%s is taken, without addresses', (_name, bytes, command) => {
    const nothing = { transport: 'unspecified', source: null, destination: null, tlvs: NO_PROXY_TLVS };
    expect(headerOf(bytes)).toEqual({ version: 2, command, ...nothing });
    expectFinalAndExact(bytes);
  });

  test.each([
    ['UNSPEC', v2(0x21, 0x00, tlv(2, 'a.example'))],
    ['LOCAL', v2(0x20, 0x00, tlv(2, 'a.example'))],
    ['LOCAL with addresses', v2(0x20, 0x11, bytesOf(IPV4_BLOCK, tlv(2, 'a.example')))],
  ])('%s has its TLVs', (_name, bytes) => {
    expect(headerOf(bytes).tlvs).toEqual({ ...NO_PROXY_TLVS, authority: 'a.example' });
  });

  test.each([
    [
      'version 1 in binary',
      v2(0x11, 0x11, IPV4_BLOCK),
      /byte 13 is 0x11 after the signature, where version 2 belongs/,
    ],
    ['version 3', v2(0x31, 0x11, IPV4_BLOCK), /byte 13 is 0x31/],
    [
      'another command',
      v2(0x22, 0x11, IPV4_BLOCK),
      /byte 13 is 0x22, where the command is 0x20 for LOCAL or 0x21 for PROXY/,
    ],
    ['another family', v2(0x21, 0x41, IPV4_BLOCK), /byte 14 is 0x41, where a family from 0 to 3/],
    ['another transport', v2(0x21, 0x13, IPV4_BLOCK), /byte 14 is 0x13/],
    [
      'no room for IPv4',
      v2(0x21, 0x11, IPV4_BLOCK.slice(1)),
      /11 bytes follow the first 16, where addresses of the form 0x11 alone take 12/,
    ],
    ['no room for IPv6', v2(0x21, 0x21, IPV4_BLOCK), /alone take 36/],
    ['no room for paths', v2(0x21, 0x31, unixField('/a')), /alone take 216/],
  ])('with %s is refused', (_name, bytes, why) => {
    expect(whyNot(bytes)).toMatch(why);
    expectFinalAndExact(bytes);
  });

  test('is refused as soon as the byte that is wrong is there', () => {
    expect(readProxyHeader(v2(0x22, 0x11, IPV4_BLOCK).subarray(0, 13)).kind).toBe('invalid');
    expect(readProxyHeader(v2(0x21, 0x41, IPV4_BLOCK).subarray(0, 14)).kind).toBe('invalid');
    expect(readProxyHeader(v2(0x21, 0x11, IPV4_BLOCK, 11).subarray(0, 16)).kind).toBe('invalid');
    expect(readProxyHeader(v2(0x20, 0x00, bytesOf(), 65_535).subarray(0, 16)).kind).toBe('invalid');
  });

  test('asks for all of itself once its length is known', () => {
    const bytes = v2(0x21, 0x11, IPV4_BLOCK);
    expect(readProxyHeader(bytes.subarray(0, 16))).toEqual({ kind: 'need-more', atLeast: 28 });
    expect(readProxyHeader(bytes.subarray(0, 14))).toEqual({ kind: 'need-more', atLeast: 16 });
    expect(readProxyHeader(bytes.subarray(0, 5))).toEqual({ kind: 'need-more', atLeast: 6 });
  });

  test('may have 4096 bytes and no more', () => {
    const longest = v2(0x21, 0x11, bytesOf(IPV4_BLOCK, tlv(4, new Uint8Array(PROXY_V2_BYTES_MAX - 31))));
    expect(longest).toHaveLength(PROXY_V2_BYTES_MAX);
    headerOf(longest);
    const longer = v2(0x21, 0x11, bytesOf(IPV4_BLOCK, tlv(4, new Uint8Array(PROXY_V2_BYTES_MAX - 30))));
    expect(whyNot(longer)).toMatch(/claims 4097 bytes, where at most 4096 are taken/);
    expect(whyNot(v2(0x20, 0x00, bytesOf(), 65_535))).toMatch(/claims 65551 bytes/);
  });

  test('keeps nothing of the buffer that it was read from', () => {
    const bytes = Buffer.from(
      v2(
        0x21,
        0x11,
        bytesOf(IPV4_BLOCK, tlv(5, 'id'), tlv(0xea, 'x'), tlv(0x20, bytesOf(1, 0, 0, 0, 0, tlv(0x28, 'c')))),
      ),
    );
    const read = readProxyHeader(bytes);
    bytes.fill(0);
    const [uniqueId, value, certificate] = ['id', 'x', 'c'].map((text) => bytesOf(text));
    const tlvs = { uniqueId, others: [{ type: 0xea, value }], ssl: { clientCertificate: certificate } };
    expect(read).toMatchObject({ header: { tlvs } });
  });
});
