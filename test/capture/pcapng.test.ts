import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encoderOf } from '../../src/capture/index.ts';
import { isClean } from '../../src/core/close-reason.ts';
import { SNAP_BYTES_MAX } from '../../src/core/tee-plan.ts';
import { histories, play, sent } from './histories.ts';
import { type ReadPacket, readPcapng, readSegment } from './reader.ts';
import { captured, capturedIpv6, capturedUnix, NOON, tcp } from './samples.ts';
import { readStreams } from './tcp-reader.ts';

const ALL = { snapBytes: SNAP_BYTES_MAX };
const bytes = (length: number) => Uint8Array.from({ length }, (_, i) => (i * 31) & 255);

describe('a pcapng file', () => {
  it('of any histories: every block, length and checksum is right, times are in order, no bytes are lost, added or moved', () => {
    fc.assert(
      fc.property(histories, (all) => {
        const { packets, nics } = readPcapng(play(encoderOf('pcapng', ALL), all));
        expect(nics.map(({ name, linkType }) => [name, linkType])).toEqual([
          ['client', 101],
          ['backend', 101],
        ]);
        expect(packets.map(({ at }) => at)).toEqual(packets.map(({ at }) => at).sort((a, b) => a - b));
        const legs = [0, 1].map((nic) =>
          readStreams(packets.filter((packet) => packet.nic === nic).map(readSegment)),
        );
        for (const leg of legs) expect(leg.size).toBe(2 * all.length);
        for (const [number, history] of all.entries())
          for (const leg of legs) {
            const [one, other] = [...leg.values()].slice(2 * number);
            const both = [one?.bytes, other?.bytes].map((found) => found?.toString('hex'));
            expect(both).toEqual([
              sent(history, 'up').toString('hex'),
              sent(history, 'down').toString('hex'),
            ]);
          }
      }),
      { numRuns: 60 },
    );
  });

  it('of any history that ends badly shows a RST on each leg whose sides have not both finished, and none of a clean one', () => {
    fc.assert(
      fc.property(histories, ([history]) => {
        const { packets } = readPcapng(play(encoderOf('pcapng', ALL), [history!]));
        for (const nic of [0, 1]) {
          const flags = packets
            .filter((packet) => packet.nic === nic)
            .map((packet) => readSegment(packet).flags);
          const fins = flags.filter((one) => one.includes('F')).length;
          const resets = flags.filter((one) => one.includes('R')).length;
          expect(resets).toBe(isClean(history!.reason) || fins === 2 ? 0 : 1);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('begins a connection with a handshake on both legs: clients call Sluice, Sluice calls backends', () => {
    const segments = segmentsOf(encoderOf('pcapng', ALL).connection(captured()).opened(NOON));
    expect(segments.map(({ packet, from, flags }) => [packet.nic, from.split(':')[1], flags])).toEqual([
      [0, '40001', 'S'],
      [0, '443', 'SA'],
      [0, '40001', 'A'],
      [1, '30001', 'S'],
      [1, '9000', 'SA'],
      [1, '30001', 'A'],
    ]);
    expect(segments[0]?.from).toBe('cb007109:40001');
    expect(segments[0]?.packet.at).toBe(NOON * 1000);
    expect(segments.map(({ packet }) => packet.flags)).toEqual([1, 2, 1, 2, 1, 2]);
  });

  it.each([
    ['IPv4', captured(), 1460],
    ['IPv6', capturedIpv6(), 1440],
  ])(
    'cuts a chunk into segments of the longest size over %s, and pushes with the last',
    (_name, connection, max) => {
      const encoder = encoderOf('pcapng', ALL).connection(connection);
      encoder.opened(NOON);
      const segments = segmentsOf(encoder.data('up', bytes(2 * max + 1), NOON));
      const seen = segments
        .filter(({ packet }) => packet.nic === 0)
        .map(({ flags, payload }) => [flags, payload.length]);
      expect(seen).toEqual([
        ['A', max],
        ['A', max],
        ['PA', 1],
        ['A', 0],
      ]);
    },
  );

  it('goes on with its numbers past 4 GiB', () => {
    const encoder = encoderOf('pcapng', ALL).connection(captured());
    const skipped = { up: 2 ** 32 - 10, down: 0 };
    const parts = [
      encoder.opened(NOON, skipped),
      encoder.data('up', bytes(5000), NOON),
      encoder.data('up', bytes(9), NOON),
    ];
    const streams = readStreams(parts.flatMap(segmentsOf).filter(({ packet }) => packet.nic === 0));
    expect([...streams.values()][0]?.bytes.length).toBe(5009);
  });

  it('names listener, route, connection, trace and both legs in the first packet of each leg', () => {
    const source = tcp('198.51.100.7', 5555);
    const encoder = encoderOf('pcapng', ALL).connection(captured(1, { source, isDecrypted: true }));
    const comments = packetsOf(encoder.opened(NOON)).map(({ comment }) => comment);
    expect(comments.filter((comment) => comment !== '')).toHaveLength(2);
    expect(comments[0]?.split('\n')).toEqual([
      'client leg',
      'connection 010000000001',
      'listener edge',
      'route edge/0',
      'trace 0af7651916cd43dd8448eb211c80319c',
      'client leg 203.0.113.9:40001 to 192.0.2.1:443',
      'backend leg 10.0.0.1:30001 to 10.0.1.1:9000',
      'client by its PROXY header 198.51.100.7:5555',
      'decrypted: the bytes are those inside of TLS',
    ]);
    expect(comments[3]).toMatch(/^backend leg\n/);
  });

  it('gives Unix sockets addresses of their own, different for each connection, and says what they stand for', () => {
    const seen = new Set<string>();
    for (const number of [1, 2, 1 + 2 ** 14, 1 + 2 ** 20, 2 ** 31]) {
      const packets = packetsOf(encoderOf('pcapng', ALL).connection(capturedUnix(number)).opened(NOON));
      for (const packet of [packets[0]!, packets[3]!]) {
        const { from, to } = readSegment(packet);
        expect(from).toMatch(/^c61[23]/);
        seen.add(`${from}>${to}`);
      }
      expect(packets[0]?.comment).toMatch(/198\.19\.\d+\.\d+:\d+ stands for unix:\/run\/edge\.sock/);
    }
    expect(seen.size).toBe(10);
  });

  it('keeps so much of each packet as was asked for, and says how long it was', () => {
    const encoder = encoderOf('pcapng', { snapBytes: 100 }).connection(captured());
    encoder.opened(NOON);
    const [first] = packetsOf(encoder.data('down', bytes(1460), NOON));
    expect([first?.bytes.length, first?.length]).toEqual([100, 1500]);
    expect(first?.bytes.subarray(40)).toEqual(Buffer.from(bytes(60)));
  });
});

describe('the end of a connection in a pcapng file', () => {
  const flagsOf = (parts: readonly Uint8Array[]) =>
    parts
      .flatMap(segmentsOf)
      .map(({ packet, flags }) => `${packet.nic}${packet.flags === 1 ? '<' : '>'}${flags}`);
  const opened = () => {
    const encoder = encoderOf('pcapng', ALL).connection(captured());
    encoder.opened(NOON);
    return encoder;
  };

  it('by FIN of both sides has a FIN of each on both legs, and no RST', () => {
    const encoder = opened();
    const flags = flagsOf([
      encoder.fin('up', NOON),
      encoder.fin('down', NOON),
      encoder.ended('client-fin', NOON),
    ]);
    expect(flags).toEqual(['0<FA', '0>A', '1>FA', '1<A', '0>FA', '0<A', '1<FA', '1>A']);
  });

  it.each([
    ['client-reset', 'up', ['0<RA', '1>RA']],
    ['backend-reset', 'down', ['1<RA', '0>RA']],
    ['idle-timeout', 'up', ['1>RA', '0>RA']],
    ['client-truncated', 'up', ['0<FA', '0>A', '1>RA', '0>RA']],
  ] as const)('by %s has it where it was', (reason, direction, expected) => {
    const encoder = opened();
    expect(flagsOf([encoder.failed(direction, reason, NOON), encoder.ended(reason, NOON)])).toEqual(expected);
  });

  it('that is told only at the end is the same', () => {
    expect(flagsOf([opened().ended('backend-reset', NOON)])).toEqual(['0>RA', '1<RA']);
    expect(flagsOf([opened().ended('killed', NOON)])).toEqual(['0>RA', '1>RA']);
  });

  it('that is bad names its reason', () => {
    const [packet] = packetsOf(opened().ended('killed', NOON));
    expect(packet?.comment).toBe('connection 010000000001 ended: killed');
  });
});

function packetsOf(blocks: Uint8Array): readonly ReadPacket[] {
  return readPcapng(Buffer.concat([encoderOf('pcapng', ALL).begin(NOON), blocks])).packets;
}

function segmentsOf(blocks: Uint8Array) {
  return packetsOf(blocks).map(readSegment);
}
