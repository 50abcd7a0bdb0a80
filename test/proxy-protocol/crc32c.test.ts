import { describe, expect, test } from 'vitest';
import { crc32c } from '../../src/proxy-protocol/crc32c.ts';
import { bytesOf } from './bytes.ts';

const UP = Uint8Array.from({ length: 32 }, (_, i) => i);
/** The iSCSI SCSI Read (10) Command PDU of RFC 3720, B.4. */
const READ_10 = bytesOf(
  ...[0x01, 0xc0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x14, 0, 0, 0, 0, 0, 0x04, 0, 0, 0, 0, 0x14],
  ...[0, 0, 0, 0x18, 0x28, 0, 0, 0, 0, 0, 0, 0, 0x02, 0, 0, 0, 0, 0, 0, 0],
);

describe('CRC32C', () => {
  // RFC 3720 writes its checksums in the order of the wire, the least significant byte first.
  test.each([
    ['32 bytes of 0', new Uint8Array(32), 0x8a9136aa],
    ['32 bytes of 0xff', new Uint8Array(32).fill(0xff), 0x62a8ab43],
    ['32 bytes that go up', UP, 0x46dd794e],
    ['32 bytes that go down', UP.toReversed(), 0x113fdb5c],
    ['a Read (10) command', READ_10, 0xd9963a56],
    ['123456789', bytesOf('123456789'), 0xe3069283],
    ['nothing', new Uint8Array(0), 0],
  ])('of %s is that of RFC 3720', (_name, bytes, crc) => {
    expect(crc32c(bytes).toString(16)).toBe(crc.toString(16));
  });

  test('goes on where it stopped', () => {
    for (let cut = 0; cut <= READ_10.length; cut++)
      expect(crc32c(READ_10.subarray(cut), crc32c(READ_10.subarray(0, cut)))).toBe(0xd9963a56);
  });
});
