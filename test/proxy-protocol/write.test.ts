import { describe, expect, test } from 'vitest';
import type { Address } from '../../src/core/address.ts';
import { NO_PROXY_TLVS, type ProxyTlvs } from '../../src/core/proxy-header.ts';
import {
  PROXY_V2_BYTES_MAX,
  type ProxyHeaderV2,
  writeProxyHeaderV1,
  writeProxyHeaderV2,
} from '../../src/proxy-protocol/index.ts';
import { headerOf, tlvsOf } from './answers.ts';
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

const UNIX: Address = { kind: 'unix', path: '/run/x.sock' };
const NAME: Address = { kind: 'tcp', host: 'a.example', port: 80 };
const PLAIN: ProxyHeaderV2 = {
  command: 'proxy',
  transport: 'tcp',
  source: CLIENT,
  destination: SERVER,
  tlvs: NO_PROXY_TLVS,
  crc32c: false,
};

function tcp(host: string): Address {
  return { kind: 'tcp', host, port: 1 };
}

describe('a line of version 1', () => {
  test.each([
    ['IPv4', CLIENT, SERVER, 'TCP4 192.168.0.1 192.168.0.11 56324 443'],
    ['IPv6', CLIENT6, SERVER6, 'TCP6 2001:db8::1 2001:db8::2 56324 443'],
    ['IPv4 that both sides map', tcp('::ffff:10.0.0.1'), tcp('::ffff:a00:2'), 'TCP4 10.0.0.1 10.0.0.2 1 1'],
    ['IPv4 mapped on one side', tcp('::ffff:10.0.0.1'), tcp('10.0.0.2'), 'TCP4 10.0.0.1 10.0.0.2 1 1'],
    ['an IPv4 client at an IPv6 address', tcp('10.0.0.1'), tcp('::1'), 'TCP6 ::ffff:a00:1 ::1 1 1'],
    ['an IPv6 client at an IPv4 address', tcp('::1'), tcp('10.0.0.1'), 'TCP6 ::1 ::ffff:a00:1 1 1'],
    ['a zone', tcp('fe80::1%eth0'), tcp('fe80::2%1'), 'TCP6 fe80::1 fe80::2 1 1'],
    ['Unix sockets', UNIX, UNIX, 'UNKNOWN'],
    ['a client of a Unix socket', UNIX, SERVER, 'UNKNOWN'],
    ['a host name', NAME, SERVER, 'UNKNOWN'],
    ['nobody', null, null, 'UNKNOWN'],
    ['half of it', CLIENT, null, 'UNKNOWN'],
  ])('for %s', (_name, source, destination, text) => {
    expect(String.fromCharCode(...writeProxyHeaderV1(source, destination))).toBe(`PROXY ${text}\r\n`);
  });
});

describe('a header of version 2', () => {
  test.each([
    ['TCP over IPv4', {}, v2(0x21, 0x11, IPV4_BLOCK)],
    ['UDP over IPv4', { transport: 'udp' }, v2(0x21, 0x12, IPV4_BLOCK)],
    ['TCP over IPv6', { source: CLIENT6, destination: SERVER6 }, v2(0x21, 0x21, IPV6_BLOCK)],
    [
      'Unix sockets',
      { source: UNIX, destination: { kind: 'unix', path: '\0x' } },
      v2(0x21, 0x31, bytesOf(unixField('/run/x.sock'), unixField('\0x'))),
    ],
    ['LOCAL', { command: 'local' }, v2(0x20, 0x00, bytesOf())],
    ['UNSPEC', { transport: 'unspecified' }, v2(0x21, 0x00, bytesOf())],
    [
      'every simple TLV',
      {
        tlvs: {
          ...NO_PROXY_TLVS,
          alpn: 'h2',
          authority: 'a',
          uniqueId: bytesOf('u'),
          netns: 'n',
          others: [{ type: 0xea, value: bytesOf('o') }],
        },
      },
      v2(
        0x21,
        0x11,
        bytesOf(IPV4_BLOCK, tlv(2, 'a'), tlv(1, 'h2'), tlv(5, 'u'), tlv(0x30, 'n'), tlv(0xea, 'o')),
      ),
    ],
  ] as const)('for %s is the one in proxy-protocol.txt', (_name, said, expected) => {
    expect(writeProxyHeaderV2({ ...PLAIN, ...said } as ProxyHeaderV2)).toEqual({
      bytes: expected,
      leftOut: [],
    });
  });

  test('for an IPv4 client at an IPv6 address says IPv6, and both are read as they were', () => {
    const { bytes } = writeProxyHeaderV2({ ...PLAIN, destination: SERVER6 });
    expect(bytes[13]).toBe(0x21);
    expect(headerOf(bytes)).toMatchObject({ source: CLIENT, destination: SERVER6 });
  });

  test.each([
    ['a client of a Unix socket', UNIX, SERVER],
    ['a host name', CLIENT, NAME],
    ['nobody', null, null],
    ['a path longer than the field', { kind: 'unix', path: `/${'a'.repeat(108)}` }, UNIX],
  ] as const)('for %s leaves the addresses out and says so', (_name, source, destination) => {
    const tlvs = { ...NO_PROXY_TLVS, alpn: 'h2' };
    const { bytes, leftOut } = writeProxyHeaderV2({ ...PLAIN, source, destination, tlvs });
    expect(leftOut).toEqual(['addresses']);
    expect(headerOf(bytes)).toMatchObject({
      command: 'proxy',
      transport: 'unspecified',
      source: null,
      tlvs: { alpn: 'h2' },
    });
  });

  const long = 'x'.repeat(256);
  const ssl = {
    ...sslOfNothing(),
    version: long,
    commonName: long,
    others: [{ type: 4, value: bytesOf('') }],
  };
  test.each<[string, Partial<ProxyTlvs>, string[]]>([
    ['an ALPN of 256 bytes', { alpn: long }, ['alpn']],
    ['an ALPN that has no bytes', { alpn: 'ā' }, ['alpn']],
    ['an authority of 256 bytes', { authority: long }, ['authority']],
    ['an id of 129 bytes', { uniqueId: new Uint8Array(129) }, ['unique_id']],
    ['a namespace of 256 bytes', { netns: long }, ['netns']],
    ['texts about TLS of 256 bytes, and padding', { ssl }, ['ssl_version', 'ssl_common_name', 'ssl_0x04']],
    ['padding', { others: [{ type: 4, value: bytesOf('') }] }, ['0x04']],
    ['the checksum of another header', { others: [{ type: 3, value: bytesOf('abcd') }] }, ['0x03']],
    ['a type that is no byte', { others: [{ type: 256, value: bytesOf('') }] }, ['0x100']],
  ])('leaves out %s and says so', (_name, tlvs, leftOut) => {
    const written = writeProxyHeaderV2({ ...PLAIN, tlvs: { ...NO_PROXY_TLVS, netns: 'kept', ...tlvs } });
    expect(written.leftOut).toEqual(leftOut);
    expect(tlvsOf(written.bytes).netns).toBe('netns' in tlvs ? null : 'kept');
  });

  test('is never longer than what is taken, nor has more TLVs, and says what had no room', () => {
    const big = { type: 0xea, value: new Uint8Array(1500) };
    const tiny = { type: 0xeb, value: new Uint8Array(0) };
    const tlvs = {
      ...NO_PROXY_TLVS,
      alpn: 'h2',
      others: [big, big, big, ...new Array<typeof tiny>(100).fill(tiny)],
    };
    const { bytes, leftOut } = writeProxyHeaderV2({ ...PLAIN, tlvs, crc32c: true });
    expect(bytes.length).toBeLessThanOrEqual(PROXY_V2_BYTES_MAX);
    const read = tlvsOf(bytes);
    expect(read.alpn).toBe('h2');
    expect(leftOut[0]).toBe('0xea');
    expect(read.others.length + leftOut.length).toBe(tlvs.others.length);
  });

  test('drops a certificate that has no room before anything else about TLS', () => {
    const certificate = new Uint8Array(PROXY_V2_BYTES_MAX);
    const said = { ...sslOfNothing(), clientCertificate: certificate, commonName: 'c' };
    const { bytes, leftOut } = writeProxyHeaderV2({ ...PLAIN, tlvs: { ...NO_PROXY_TLVS, ssl: said } });
    expect(leftOut).toEqual(['ssl_client_certificate']);
    expect(tlvsOf(bytes).ssl).toEqual({ ...said, clientCertificate: null });
  });
});

function sslOfNothing() {
  return {
    ...{ tls: true, certificateOnConnection: false, certificateInSession: false, verify: 1 },
    ...{ version: null, commonName: null, cipher: null, signatureAlgorithm: null, keyAlgorithm: null },
    ...{ group: null, signatureScheme: null, clientCertificate: null, others: [] },
  };
}
