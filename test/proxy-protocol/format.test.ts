import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NO_PROXY_TLVS, type ProxyHeader } from '../../src/core/proxy-header.ts';
import { formatProxyHeader, readProxyHeader } from '../../src/proxy-protocol/index.ts';
import { headerOf } from './answers.ts';
import { bytesOf, CLIENT, CLIENT6, SERVER, SERVER6, tlv, v2 } from './bytes.ts';

const PLAIN: ProxyHeader = {
  version: 2,
  command: 'proxy',
  transport: 'tcp',
  source: CLIENT,
  destination: SERVER,
  tlvs: NO_PROXY_TLVS,
};

describe('a header as it is shown', () => {
  test('has the addresses as the log has any', () => {
    const common = { version: '2', command: 'proxy', transport: 'tcp' };
    expect(formatProxyHeader(PLAIN)).toEqual({
      ...common,
      source: '192.168.0.1:56324',
      destination: '192.168.0.11:443',
    });
    expect(formatProxyHeader({ ...PLAIN, source: CLIENT6, destination: SERVER6 })).toEqual({
      ...common,
      source: '[2001:db8::1]:56324',
      destination: '[2001:db8::2]:443',
    });
  });

  test('has no addresses where there are none', () => {
    const local: ProxyHeader = {
      ...PLAIN,
      command: 'local',
      transport: 'unspecified',
      source: null,
      destination: null,
    };
    expect(formatProxyHeader(local)).toEqual({ version: '2', command: 'local', transport: 'unspecified' });
  });

  test('shows a name in the abstract namespace with @, and controls in a path escaped', () => {
    const shown = formatProxyHeader({
      ...PLAIN,
      source: { kind: 'unix', path: '\0name' },
      destination: { kind: 'unix', path: '/a\nb' },
    });
    expect(shown).toMatchObject({ source: 'unix:@name', destination: 'unix:/a\\x0ab' });
  });

  test('has every TLV', () => {
    const inside = ['v', 'n', 'c', 's', 'k', 'g', 'h', 'DER'].map((value, index) => tlv(0x21 + index, value));
    const bytes = v2(
      0x21,
      0x00,
      bytesOf(
        ...[
          tlv(1, 'h2'),
          tlv(2, 'a.example'),
          tlv(5, '\x01id\\'),
          tlv(0x30, 'blue'),
          tlv(0xea, '\x01vpce'),
          tlv(0xee, 'é'),
        ],
        tlv(0xe7, '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'),
        tlv(0x20, bytesOf(7, 0, 0, 0, 18, ...inside, tlv(0x29, 'new'))),
      ),
    );
    expect(formatProxyHeader(headerOf(bytes))).toEqual({
      version: '2',
      command: 'proxy',
      transport: 'unspecified',
      alpn: 'h2',
      authority: 'a.example',
      unique_id: '\\x01id\\\\',
      netns: 'blue',
      traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
      others: '0xea=\\x01vpce 0xee=\\xe9',
      ssl: 'tls, certificate on this connection, certificate in this session',
      ssl_verify: '18',
      ssl_version: 'v',
      ssl_common_name: 'n',
      ssl_cipher: 'c',
      ssl_signature_algorithm: 's',
      ssl_key_algorithm: 'k',
      ssl_group: 'g',
      ssl_signature_scheme: 'h',
      ssl_client_certificate: '3 bytes',
      ssl_others: '0x29=new',
    });
  });

  test('escapes marks of direction and halves of characters, and leaves letters of any script', () => {
    const authority = 'bücher.例え\u202e\u2028\ud800x';
    const shown = formatProxyHeader({ ...PLAIN, tlvs: { ...NO_PROXY_TLVS, authority } });
    expect(shown['authority']).toBe('bücher.例え\\u{202e}\\u{2028}\\u{d800}x');
  });

  test('is bounded, whatever there was', () => {
    const others = Array.from({ length: 64 }, (_, type) => ({ type, value: new Uint8Array(60) }));
    const shown = formatProxyHeader({ ...PLAIN, tlvs: { ...NO_PROXY_TLVS, alpn: '\0'.repeat(255), others } });
    expect(shown['alpn']).toBe(`${'\\x00'.repeat(128)}…`);
    expect(shown['others']).toMatch(/^0x00=(\\x00){60} .* and 56 more$/);
    expect(JSON.stringify(shown).length).toBeLessThan(8000);
  });

  test('is printable, whatever was sent', () => {
    const byte = fc.nat(255);
    const value = fc.array(byte, { maxLength: 30 }).map((bytes) => Uint8Array.from(bytes));
    const type = fc.oneof(fc.constantFrom(1, 2, 5, 0x30, 0xe7), byte);
    const list = fc.array(fc.tuple(type, value), { maxLength: 5 });
    fc.assert(
      fc.property(list, fc.uint8Array({ minLength: 216, maxLength: 216 }), (tlvs, paths) => {
        const rest = bytesOf(paths, ...tlvs.map(([one, bytes]) => tlv(one, bytes)));
        const read = readProxyHeader(v2(0x21, 0x31, rest));
        if (read.kind !== 'header') return;
        for (const text of Object.values(formatProxyHeader(read.header)))
          expect(text).toMatch(/^[^\p{C}\p{Zl}\p{Zp}]*$/u);
      }),
      { numRuns: 1000 },
    );
  });
});
