import { describe, expect, test } from 'vitest';
import { BlockReader, encoderOf, PacketMerge, Tally } from '../../src/capture/index.ts';
import { readPcapng } from './reader.ts';
import { captured, capturedIpv6, NOON } from './samples.ts';

const encoder = encoderOf('pcapng', { snapBytes: 65_535 });
const HEAD = encoder.begin(NOON);

/** A file with one connection, which gets a byte up at each of these times. */
function fileOf(number: number, times: readonly number[]): Buffer {
  const connection = encoder.connection(captured(number));
  const [first = NOON] = times;
  const records = times.map((at) => Buffer.from(connection.data('up', Uint8Array.of(number), at)));
  return Buffer.concat([HEAD, connection.opened(first), ...records]);
}

function timesOf(packets: readonly Uint8Array[]): number[] {
  return readPcapng(Buffer.concat([HEAD, ...packets])).packets.map(({ at }) => at);
}

describe('the blocks of a pcapng file', () => {
  test.each([1, 7, 64, 10_000])('are the same, whole and in order, in pieces of %i bytes', (bytes) => {
    const file = fileOf(1, [NOON, NOON + 1]);
    const reader = new BlockReader();
    const blocks = [];
    for (let from = 0; from < file.length; from += bytes)
      blocks.push(...reader.push(file.subarray(from, from + bytes)));
    expect(Buffer.concat(blocks.map((block) => block.bytes))).toEqual(file);
    expect(blocks.filter(({ at }) => at === null)).toHaveLength(3);
    expect(reader.restBytes).toBe(0);
  });

  test('are given only when they are whole', () => {
    const reader = new BlockReader();
    expect(reader.push(HEAD.subarray(0, HEAD.length - 1))).toHaveLength(2);
    expect(reader.restBytes).toBeGreaterThan(0);
    expect(reader.push(HEAD.subarray(HEAD.length - 1))).toHaveLength(1);
  });

  test('are refused where the bytes are something else', () => {
    expect(() => new BlockReader().push(Buffer.from('HTTP/1.1 200 OK\r\n'))).toThrow(/this is not pcapng/);
  });
});

describe('what several shards write', () => {
  test('comes in order of time, each packet once, without the beginnings of the files', () => {
    const merge = new PacketMerge();
    for (const file of [fileOf(1, [NOON, NOON + 20]), fileOf(2, [NOON + 10, NOON + 30])])
      merge.add().push(file);
    const times = timesOf(merge.take(Number.POSITIVE_INFINITY));
    expect(times).toEqual(times.toSorted((one, other) => one - other));
    // Of each connection 3 packets of a handshake and 2 a byte, on both legs.
    expect(times).toHaveLength(2 * (6 + 2 * 4));
    expect([merge.take(Number.POSITIVE_INFINITY), merge.heldBytes]).toEqual([[], 0]);
  });

  test('waits until its time has come', () => {
    const merge = new PacketMerge();
    merge.add().push(fileOf(1, [NOON, NOON + 20]));
    expect(timesOf(merge.take((NOON + 10) * 1000))).toHaveLength(6 + 4);
    expect(merge.heldBytes).toBeGreaterThan(0);
    expect(timesOf(merge.take((NOON + 20) * 1000))).toHaveLength(4);
  });

  test('waits for a file of which more is to come, as it may be earlier', () => {
    const merge = new PacketMerge();
    const [slow, quick] = [merge.add(), merge.add()];
    quick.push(fileOf(1, [NOON + 20]));
    slow.push(fileOf(2, [NOON]));
    slow.isAtEnd = false;
    expect(timesOf(merge.take(Number.POSITIVE_INFINITY))).toHaveLength(6 + 4);
    slow.isAtEnd = true;
    expect(timesOf(merge.take(Number.POSITIVE_INFINITY))).toHaveLength(6 + 4);
  });

  test('keeps the order of a file where times are the same', () => {
    const merge = new PacketMerge();
    const file = fileOf(1, [NOON, NOON]);
    merge.add().push(file);
    expect(Buffer.concat([HEAD, ...merge.take(Number.POSITIVE_INFINITY)])).toEqual(file);
  });
});

describe('the tally of a capture', () => {
  test.each([
    ['IPv4', captured],
    ['IPv6', capturedIpv6],
  ])('counts packets, connections, and payload once, over %s', (_name, make) => {
    const tally = new Tally();
    for (const number of [1, 2]) {
      const connection = encoder.connection(make(number));
      const bytes = Buffer.concat([
        connection.opened(NOON),
        connection.data('up', new Uint8Array(5000), NOON),
        connection.data('down', new Uint8Array(3), NOON),
        connection.fin('up', NOON),
      ]);
      for (const block of new BlockReader().push(Buffer.concat([HEAD, bytes]))) tally.add(block);
    }
    expect({ ...tally }).toEqual({
      packets: 2 * 2 * (3 + 5 + 2 + 2),
      payloadBytes: 2 * 5003,
      connections: 2,
    });
  });

  test('counts all of the payload where only the beginning of each packet is kept', () => {
    const short = encoderOf('pcapng', { snapBytes: 68 });
    const connection = short.connection(captured());
    const bytes = [
      short.begin(NOON),
      connection.opened(NOON),
      connection.data('up', new Uint8Array(5000), NOON),
    ];
    const tally = new Tally();
    for (const block of new BlockReader().push(Buffer.concat(bytes))) tally.add(block);
    expect(tally).toMatchObject({ payloadBytes: 5000, connections: 1 });
  });
});
