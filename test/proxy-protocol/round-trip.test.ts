import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NO_PROXY_TLVS } from '../../src/core/proxy-header.ts';
import { readProxyHeader, writeProxyHeaderV1, writeProxyHeaderV2 } from '../../src/proxy-protocol/index.ts';
import { expectFinalAndExact, headerOf } from './answers.ts';
import { header2, tcpAddress } from './any-header.ts';

describe('what is written', () => {
  test('in version 1 is read back, whatever the two addresses', () => {
    fc.assert(
      fc.property(tcpAddress, tcpAddress, (source, destination) => {
        const header = headerOf(writeProxyHeaderV1(source, destination));
        const expected = {
          version: 1,
          command: 'proxy',
          transport: 'tcp',
          source,
          destination,
          tlvs: NO_PROXY_TLVS,
        };
        expect(header).toEqual(expected);
      }),
      { numRuns: 2000 },
    );
  });

  test('in version 2 is read back, whatever the addresses and TLVs', () => {
    fc.assert(
      fc.property(header2, (said) => {
        const { bytes, leftOut } = writeProxyHeaderV2(said);
        expect(leftOut).toEqual([]);
        const { crc32c, ...rest } = said;
        expect(headerOf(bytes)).toEqual({ version: 2, ...rest });
      }),
      { numRuns: 2000 },
    );
  });

  test('in version 2 is written again to the same bytes', () => {
    fc.assert(
      fc.property(header2, (said) => {
        const { bytes } = writeProxyHeaderV2(said);
        expect(writeProxyHeaderV2({ ...headerOf(bytes), crc32c: said.crc32c }).bytes).toEqual(bytes);
      }),
      { numRuns: 500 },
    );
  });

  test('is read to the same answer however it is cut, and never before it is whole', () => {
    const lines = fc.tuple(tcpAddress, tcpAddress).map(([from, to]) => writeProxyHeaderV1(from, to));
    const binaries = header2.map((said) => writeProxyHeaderV2(said).bytes);
    fc.assert(
      fc.property(fc.oneof(lines, binaries), (bytes) => {
        expect(expectFinalAndExact(bytes).kind).toBe('header');
        expect(readProxyHeader(bytes.subarray(0, -1)).kind).toBe('need-more');
      }),
      { numRuns: 300 },
    );
  });

  test('with a checksum is refused once a bit of the addresses, the TLVs or the checksum is another', () => {
    const addressed = header2.filter(({ source }) => source !== null);
    fc.assert(
      fc.property(addressed, fc.nat(), fc.nat(7), (said, place, bit) => {
        const { bytes } = writeProxyHeaderV2({ ...said, crc32c: true });
        const crcAt =
          16 + (said.source?.kind === 'unix' ? 216 : bytes[13] === 0x11 || bytes[13] === 0x12 ? 12 : 36);
        const covered = Array.from(bytes.keys()).filter((at) => at >= 16 && (at < crcAt || at >= crcAt + 3));
        const at = covered[place % covered.length] as number;
        bytes[at] = (bytes[at] as number) ^ (1 << bit);
        expect(readProxyHeader(bytes).kind).toBe('invalid');
      }),
      { numRuns: 2000 },
    );
  });

  test('with a checksum is refused once PROXY became LOCAL', () => {
    fc.assert(
      fc.property(header2, (said) => {
        const { bytes } = writeProxyHeaderV2({ ...said, crc32c: true });
        bytes[12] = (bytes[12] as number) ^ 1;
        expect(readProxyHeader(bytes).kind).toBe('invalid');
      }),
      { numRuns: 200 },
    );
  });
});
