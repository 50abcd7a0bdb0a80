import { describe, expect, test } from 'vitest';
import { NO_PROXY_TLVS, PROXY_TLVS_MAX, type ProxySsl } from '../../src/core/proxy-header.ts';
import { expectFinalAndExact, tlvsOf, whyNot } from './answers.ts';
import { bytesOf, IPV4_BLOCK, tlv, v2 } from './bytes.ts';

const TRACEPARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

/** A header of TCP over IPv4 with these behind its addresses. */
function having(...parts: readonly Uint8Array[]): Uint8Array {
  return v2(0x21, 0x11, bytesOf(IPV4_BLOCK, ...parts));
}

function other(type: number, value: string) {
  return { type, value: bytesOf(value) };
}

describe('the TLVs of a header', () => {
  test.each([
    ['ALPN', tlv(0x01, 'h2'), { alpn: 'h2' }],
    ['ALPN that is no UTF-8', tlv(0x01, '\xff\x00'), { alpn: '\xff\x00' }],
    ['AUTHORITY', tlv(0x02, 'a.example'), { authority: 'a.example' }],
    ['AUTHORITY in UTF-8', tlv(0x02, 'b\xc3\xbccher.example'), { authority: 'bücher.example' }],
    ['AUTHORITY with a mark of byte order', tlv(0x02, '\xef\xbb\xbfa'), { authority: '\ufeffa' }],
    ['UNIQUE_ID', tlv(0x05, '\0\xff'), { uniqueId: bytesOf('\0\xff') }],
    ['UNIQUE_ID of 128 bytes', tlv(0x05, 'x'.repeat(128)), { uniqueId: bytesOf('x'.repeat(128)) }],
    ['NETNS', tlv(0x30, 'blue'), { netns: 'blue' }],
    [
      'a traceparent',
      tlv(0xe7, TRACEPARENT),
      { traceparent: { traceId: TRACEPARENT.slice(3, 35), spanId: TRACEPARENT.slice(36, 52), flags: 1 } },
    ],
    ['nothing but padding', bytesOf(tlv(0x04, ''), tlv(0x04, 'anything')), {}],
    ['an unknown one', tlv(0xea, '\x01vpce-1'), { others: [other(0xea, '\x01vpce-1')] }],
    ['an empty one', tlv(0x00, ''), { others: [other(0, '')] }],
    [
      'unknown ones in their order',
      bytesOf(tlv(0xff, 'b'), tlv(0x04, ''), tlv(0xee, 'a'), tlv(0xff, 'c')),
      { others: [other(0xff, 'b'), other(0xee, 'a'), other(0xff, 'c')] },
    ],
  ])('have %s', (_name, bytes, expected) => {
    expect(tlvsOf(having(bytes))).toEqual({ ...NO_PROXY_TLVS, ...expected });
  });

  test.each([
    ['AUTHORITY that is no UTF-8', 0x02, 'a\xff'],
    ['AUTHORITY of 256 bytes', 0x02, 'a'.repeat(256)],
    ['ALPN of 256 bytes', 0x01, 'a'.repeat(256)],
    ['UNIQUE_ID of 129 bytes', 0x05, 'a'.repeat(129)],
    ['NETNS of 256 bytes', 0x30, 'a'.repeat(256)],
    ['a malformed traceparent', 0xe7, TRACEPARENT.toUpperCase()],
    ['a traceparent with more behind it', 0xe7, `${TRACEPARENT}-`],
  ])('with %s keep it among the others', (_name, type, value) => {
    expect(tlvsOf(having(tlv(type, value)))).toEqual({ ...NO_PROXY_TLVS, others: [other(type, value)] });
  });

  test('that come twice count once, the first of them, and the second is kept', () => {
    const twice = [0x01, 0x02, 0x05, 0x30].flatMap((type) => [tlv(type, 'first'), tlv(type, 'second')]);
    expect(tlvsOf(having(...twice))).toEqual({
      ...NO_PROXY_TLVS,
      alpn: 'first',
      authority: 'first',
      uniqueId: bytesOf('first'),
      netns: 'first',
      others: [0x01, 0x02, 0x05, 0x30].map((type) => other(type, 'second')),
    });
  });

  test.each([
    ['one byte of a TLV', bytesOf(0x02), /1 bytes are left at byte 29, where a TLV has at least 3/],
    ['two bytes of a TLV', bytesOf(0x02, 0), /2 bytes are left/],
    [
      'a TLV that claims more than there is',
      tlv(0x02, 'abc', 4),
      /type 0x02 at byte 29 claims 4 bytes, where 3 are left/,
    ],
    ['a TLV that claims 65535 bytes', tlv(0xea, 'abc', 65_535), /claims 65535 bytes/],
    [
      'padding that claims more than there is',
      tlv(0x04, '', 1),
      /type 0x04 at byte 29 claims 1 bytes, where 0 are left/,
    ],
    ['a checksum of three bytes', tlv(0x03, 'abc'), /checksum \(CRC32C\) has 3 bytes, where 4 belong/],
    ['a checksum of five bytes', tlv(0x03, 'abcde'), /has 5 bytes/],
    ['two checksums', bytesOf(tlv(0x03, 'abcd'), tlv(0x03, 'abcd')), /two checksums/],
    ['a wrong checksum', tlv(0x03, 'abcd'), /is 0x61626364, where 0x[0-9a-f]{8} belongs/],
    [
      'four bytes about TLS',
      tlv(0x20, '\x01\0\0\0'),
      /the TLV about TLS has 4 bytes, where flags and result alone take 5/,
    ],
    [
      'half a TLV inside of the one about TLS',
      tlv(0x20, '\x01\0\0\0\0\x21\0'),
      /the TLV about TLS: 2 bytes are left at byte 37/,
    ],
    [
      'a TLV that claims more than the one about TLS has',
      bytesOf(tlv(0x20, bytesOf('\x01\0\0\0\0', tlv(0x22, 'abc', 4))), tlv(0xea, 'x')),
      /the TLV about TLS: the TLV of type 0x22 at byte 37 claims 4 bytes, where 3 are left/,
    ],
  ])('with %s are refused', (_name, bytes, why) => {
    expect(whyNot(having(bytes))).toMatch(why);
    expectFinalAndExact(having(bytes));
  });

  test('are as many as PROXY_TLVS_MAX, without padding, and no more', () => {
    const many = new Array<Uint8Array>(PROXY_TLVS_MAX).fill(tlv(0xea, ''));
    const padding = new Array<Uint8Array>(200).fill(tlv(0x04, ''));
    expect(tlvsOf(having(...many, ...padding)).others).toHaveLength(PROXY_TLVS_MAX);
    expect(whyNot(having(...many, tlv(0xea, '')))).toMatch(/more than 64 TLVs/);
  });
});

describe('the TLV about TLS', () => {
  const NOTHING: ProxySsl = {
    tls: false,
    certificateOnConnection: false,
    certificateInSession: false,
    verify: 0,
    version: null,
    commonName: null,
    cipher: null,
    signatureAlgorithm: null,
    keyAlgorithm: null,
    group: null,
    signatureScheme: null,
    clientCertificate: null,
    others: [],
  };

  function sslOf(flags: number, verify: number, ...inside: readonly Uint8Array[]): ProxySsl | null {
    const fixed = bytesOf(flags, verify >>> 24, (verify >>> 16) & 0xff, (verify >>> 8) & 0xff, verify & 0xff);
    return tlvsOf(having(tlv(0x20, bytesOf(fixed, ...inside)))).ssl;
  }

  test('has three flags and the result of the verification', () => {
    expect(sslOf(0, 0)).toEqual(NOTHING);
    expect(sslOf(1, 0xffffffff)).toEqual({ ...NOTHING, tls: true, verify: 4_294_967_295 });
    expect(sslOf(2, 18)).toEqual({ ...NOTHING, certificateOnConnection: true, verify: 18 });
    expect(sslOf(4, 0)).toEqual({ ...NOTHING, certificateInSession: true });
    expect(sslOf(0xf8, 0)).toEqual(NOTHING);
  });

  test('has every kind of text, and the certificate', () => {
    const inside = [
      ...[
        'TLSv1.3',
        'J\xc3\xbcrgen',
        'TLS_AES_128_GCM_SHA256',
        'RSA-SHA256',
        'RSA2048',
        'X25519',
        'ed25519',
        '0\x82',
      ],
    ].map((value, index) => tlv(0x21 + index, value));
    expect(sslOf(7, 0, ...inside)).toEqual({
      tls: true,
      certificateOnConnection: true,
      certificateInSession: true,
      verify: 0,
      version: 'TLSv1.3',
      commonName: 'Jürgen',
      cipher: 'TLS_AES_128_GCM_SHA256',
      signatureAlgorithm: 'RSA-SHA256',
      keyAlgorithm: 'RSA2048',
      group: 'X25519',
      signatureScheme: 'ed25519',
      clientCertificate: bytesOf('0\x82'),
      others: [],
    });
  });

  test('keeps what is unknown, repeated, too long or no UTF-8', () => {
    const inside = [
      tlv(0x22, '\xff'),
      tlv(0x22, 'first'),
      tlv(0x04, 'padding'),
      tlv(0x22, 'second'),
      tlv(0x23, 'c'.repeat(256)),
      tlv(0x29, 'new'),
      tlv(0x28, 'one'),
      tlv(0x28, 'two'),
    ];
    expect(sslOf(0, 0, ...inside)).toEqual({
      ...NOTHING,
      commonName: 'first',
      clientCertificate: bytesOf('one'),
      others: [
        other(0x22, '\xff'),
        other(0x22, 'second'),
        other(0x23, 'c'.repeat(256)),
        other(0x29, 'new'),
        other(0x28, 'two'),
      ],
    });
  });

  test('counts once, and a second one is kept unread', () => {
    const tlvs = tlvsOf(having(tlv(0x20, '\x01\0\0\0\0'), tlv(0x20, 'what')));
    expect(tlvs).toEqual({ ...NO_PROXY_TLVS, ssl: { ...NOTHING, tls: true }, others: [other(0x20, 'what')] });
  });
});
