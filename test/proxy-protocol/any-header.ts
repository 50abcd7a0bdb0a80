import * as fc from 'fast-check';
import type { Address } from '../../src/core/address.ts';
import { parseIp } from '../../src/core/cidr.ts';
import { formatIp } from '../../src/core/format-ip.ts';
import type { ProxySsl, ProxyTlv, ProxyTlvs, Traceparent } from '../../src/core/proxy-header.ts';
import type { ProxyHeaderV2 } from '../../src/proxy-protocol/index.ts';

const port = fc.integer({ min: 0, max: 65_535 });
const ipv4 = fc.ipV4();
/** In its shortest form, and not one that maps IPv4. */
const ipv6 = fc
  .tuple(fc.integer({ min: 1, max: 255 }), fc.uint8Array({ minLength: 15, maxLength: 15 }))
  .map(([first, rest]) => formatIp([first, ...rest]));
const sparseIpv6 = fc
  .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 15 }))
  .map(([value, at]) => formatIp(Array.from({ length: 16 }, (_, i) => (i === at ? value : 0))));

export const host = fc.oneof(ipv4, ipv6, sparseIpv6).filter((text) => parseIp(text) !== null);
export const tcpAddress: fc.Arbitrary<Address> = fc.record({ kind: fc.constant('tcp' as const), host, port });

const pathText = fc
  .string({ unit: 'grapheme', maxLength: 40 })
  .filter((text) => !text.includes('\0') && utf8Length(text) < 107);
export const unixAddress: fc.Arbitrary<Address> = fc
  .oneof(
    pathText,
    pathText.filter((text) => text !== '').map((text) => `\0${text}`),
  )
  .map((path) => ({ kind: 'unix', path }));

function utf8Length(text: string): number {
  return new TextEncoder().encode(text).length;
}

function hexDigits(count: number) {
  return fc
    .array(fc.constantFrom(...'0123456789abcdef'), { minLength: count, maxLength: count })
    .map((digits) => digits.join(''))
    .filter((digits) => /[^0]/.test(digits));
}

export const traceparent: fc.Arbitrary<Traceparent> = fc.record({
  traceId: hexDigits(32),
  spanId: hexDigits(16),
  flags: fc.integer({ min: 0, max: 255 }),
});

const text = fc.option(
  fc.string({ unit: 'grapheme', maxLength: 60 }).filter((one) => utf8Length(one) <= 255),
  { nil: null },
);
const latin1Text = fc.option(
  fc.uint8Array({ maxLength: 60 }).map((bytes) => String.fromCharCode(...bytes)),
  { nil: null },
);

/** Of types that have no place of their own, outside and inside of the one about TLS. */
function others(maxLength: number): fc.Arbitrary<ProxyTlv[]> {
  const type = fc.oneof(
    fc.constantFrom(0x00, 0x06, 0x29, 0xe0, 0xea, 0xee, 0xff),
    fc.integer({ min: 0x40, max: 0xdf }),
  );
  return fc.array(fc.record({ type, value: fc.uint8Array({ maxLength: 40 }) }), { maxLength });
}

const ssl: fc.Arbitrary<ProxySsl> = fc.record({
  tls: fc.boolean(),
  certificateOnConnection: fc.boolean(),
  certificateInSession: fc.boolean(),
  verify: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  version: text,
  commonName: text,
  cipher: text,
  signatureAlgorithm: text,
  keyAlgorithm: text,
  group: text,
  signatureScheme: text,
  clientCertificate: fc.option(fc.uint8Array({ maxLength: 200 }), { nil: null }),
  others: others(4),
});

/** That fit in one header together. */
export const tlvs: fc.Arbitrary<ProxyTlvs> = fc.record({
  alpn: latin1Text,
  authority: text,
  uniqueId: fc.option(fc.uint8Array({ maxLength: 128 }), { nil: null }),
  ssl: fc.option(ssl, { nil: null }),
  netns: text,
  traceparent: fc.option(traceparent, { nil: null }),
  others: others(8),
});

const ends = fc.oneof(fc.tuple(tcpAddress, tcpAddress), fc.tuple(unixAddress, unixAddress));

/** That can be said as it is: without addresses where the command or the transport has none. */
export const header2: fc.Arbitrary<ProxyHeaderV2> = fc
  .record({
    command: fc.constantFrom('proxy' as const, 'proxy' as const, 'local' as const),
    transport: fc.constantFrom('tcp' as const, 'tcp' as const, 'udp' as const, 'unspecified' as const),
    ends,
    tlvs,
    crc32c: fc.boolean(),
  })
  .map(({ command, transport, ends: [source, destination], ...rest }) =>
    command === 'local' || transport === 'unspecified'
      ? { command, transport: 'unspecified', source: null, destination: null, ...rest }
      : { command, transport, source, destination, ...rest },
  );
