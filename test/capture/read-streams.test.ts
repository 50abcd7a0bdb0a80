import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CaughtHalf, type CaughtStreams, encoderOf, readStreams } from '../../src/capture/index.ts';
import { PENDING_SEGMENTS_MAX } from '../../src/capture/read-half.ts';
import { pcapOf, type Sent } from './packets.ts';

const CLIENT = '192.0.2.1:5000';
const SERVER = '192.0.2.9:443';
/** The first byte of the client; sequence numbers begin again within its first bytes. */
const FIRST = 2 ** 32 - 5;

const SYN: Sent = { from: CLIENT, to: SERVER, sequence: FIRST - 1, flags: 'S', at: 1000 };
const SYN_ACK: Sent = { from: SERVER, to: CLIENT, sequence: 99, flags: 'SA', at: 1001 };

function up(place: number, text: string, more: Partial<Sent> = {}): Sent {
  return { from: CLIENT, to: SERVER, sequence: FIRST + place, bytes: Buffer.from(text), ...more };
}

function down(place: number, text: string, more: Partial<Sent> = {}): Sent {
  return { from: SERVER, to: CLIENT, sequence: 100 + place, bytes: Buffer.from(text), ...more };
}

function read(segments: readonly Sent[]): CaughtStreams {
  return readStreams(pcapOf(segments), 'client') as CaughtStreams;
}

function only(segments: readonly Sent[]) {
  const { streams } = read(segments);
  expect(streams).toHaveLength(1);
  return streams[0]!;
}

function textOf({ acts }: CaughtHalf): string {
  return Buffer.concat(acts.flatMap((act) => (act.kind === 'data' ? [act.bytes] : []))).toString('latin1');
}

describe('the streams of a file', () => {
  it('have both halves, the times of the acts, and what had come from the other side before each', () => {
    const stream = only([
      SYN,
      SYN_ACK,
      up(0, 'ask', { at: 1010 }),
      down(0, 'answer', { at: 1020.5 }),
      up(3, 'more', { at: 1030 }),
      down(6, '', { flags: 'FA', at: 1040 }),
      up(7, '', { flags: 'FA', at: 1050 }),
    ]);
    expect(stream).toMatchObject({ client: CLIENT, server: SERVER, knownBy: 'syn', hasSyn: true, at: 1000 });
    expect(stream.up.acts).toEqual([
      { kind: 'data', bytes: Buffer.from('ask'), at: 1010, after: 0, afterEnd: false },
      { kind: 'data', bytes: Buffer.from('more'), at: 1030, after: 6, afterEnd: false },
      { kind: 'fin', at: 1050, after: 6, afterEnd: true },
    ]);
    expect(stream.up).toMatchObject({ bytes: 7, end: 'fin', gap: null });
    expect(stream.down).toMatchObject({ bytes: 6, end: 'fin', gap: null });
    expect(stream.down.acts[0]).toMatchObject({ at: 1020.5, after: 3 });
  });

  it('tell of a half that ends by RST, and of one whose end was not caught', () => {
    const stream = only([SYN, SYN_ACK, up(0, 'ask'), up(3, '', { flags: 'R' }), up(3, 'late')]);
    expect([stream.up.end, stream.down.end, textOf(stream.up)]).toEqual(['reset', 'open', 'ask']);
  });

  it('tell of a gap where bytes, their FIN, or the end of a packet are not in the file', () => {
    const gaps = [
      [up(0, 'abc'), up(5, 'f')],
      [up(0, 'abc'), up(5, '', { flags: 'FA' })],
      [up(0, 'abcde', { kept: 3 })],
    ].map((segments) => only([SYN, ...segments]).up);
    expect(gaps.map(({ gap }) => gap)).toEqual([
      { at: 3, bytes: 2 },
      { at: 3, bytes: 2 },
      { at: 3, bytes: null },
    ]);
    expect(gaps.map(textOf)).toEqual(['abc', 'abc', 'abc']);
  });

  it('count what came twice, what came early, and what could not wait any longer', () => {
    const stream = only([SYN, up(3, 'def'), up(0, 'abc'), up(1, 'bcd'), up(4, 'efg')]);
    expect(stream.up).toMatchObject({ bytes: 7, early: 1, repeated: 5 });
    expect(textOf(stream.up)).toBe('abcdefg');
    const early = Array.from({ length: PENDING_SEGMENTS_MAX + 3 }, (_, place) => up(place + 1, 'x'));
    expect(only([SYN, ...early]).up).toMatchObject({ bytes: 0, dropped: 3, gap: { at: 0, bytes: 1 } });
  });

  it('are told apart by their ends, and by the SYN where ports are used again', () => {
    const again: Sent = { ...SYN, sequence: 4999 };
    const second = { from: CLIENT, to: SERVER, sequence: 5000, bytes: Buffer.from('second') };
    const other = { from: '192.0.2.1:5001', to: SERVER, sequence: 7, bytes: Buffer.from('other') };
    const { streams } = read([SYN, SYN, up(0, 'first'), other, again, second]);
    expect(streams.map((stream) => [stream.client, textOf(stream.up)])).toEqual([
      [CLIENT, 'first'],
      ['192.0.2.1:5001', 'other'],
      [CLIENT, 'second'],
    ]);
  });

  it('know the client by the SYN, also that of the answer, by the ports, or by who speaks first', () => {
    expect(only([SYN_ACK, down(0, 'hello')])).toMatchObject({ client: CLIENT, knownBy: 'syn' });
    expect(only([down(0, 'hello')])).toMatchObject({ client: CLIENT, knownBy: 'port', hasSyn: false });
    const peers = { from: '192.0.2.1:7000', to: '192.0.2.2:7000', sequence: 1 };
    expect(only([peers])).toMatchObject({ client: '192.0.2.1:7000', knownBy: 'first' });
  });

  it('are those of one leg where Sluice wrote the file, with or without their beginning', () => {
    const file = (skipped: { up: number; down: number }) => {
      const encoder = encoderOf('pcapng', { snapBytes: 65_535 });
      const address = (port: number) => ({ kind: 'tcp', host: '127.0.0.1', port }) as const;
      const connection = encoder.connection({
        ...{
          id: 7,
          listener: 'edge',
          route: 'all',
          traceId: '',
          openedAt: 0,
          source: null,
          isDecrypted: false,
        },
        client: { peer: address(80), own: address(90) },
        backend: { peer: address(10), own: address(20) },
      });
      const parts = [
        connection.opened(1000, skipped),
        connection.data('up', Buffer.from('ask'), 1001),
        connection.data('down', Buffer.from('answer'), 1002),
        connection.fin('up', 1003),
        connection.fin('down', 1004),
      ];
      return Buffer.concat([encoder.begin(0), ...parts]);
    };
    for (const [leg, client] of [
      ['client', '127.0.0.1:80'],
      ['backend', '127.0.0.1:20'],
    ] as const)
      for (const skipped of [
        { up: 0, down: 0 },
        { up: 5, down: 0 },
      ]) {
        const read = readStreams(file(skipped), leg);
        const hasSyn = skipped.up === 0;
        expect(read).toMatchObject({
          leg,
          streams: [{ client, hasSyn, knownBy: hasSyn ? 'syn' : 'direction' }],
        });
        expect(textOf(read!.streams[0]!.up)).toBe('ask');
        expect(textOf(read!.streams[0]!.down)).toBe('answer');
      }
  });
});

describe('segments in any order, twice, and lost', () => {
  const halves = fc.record({
    text: fc.string({ minLength: 1, maxLength: 60, unit: 'grapheme-ascii' }),
    parts: fc.array(fc.tuple(fc.nat(59), fc.integer({ min: 1, max: 12 })), { maxLength: 30 }),
    seed: fc.array(fc.nat(), { minLength: 80, maxLength: 80 }),
    lost: fc.array(fc.nat(79), { maxLength: 4 }),
  });

  it('make the same bytes, or a gap that is told where it is', () => {
    fc.assert(
      fc.property(halves, ({ text, parts, seed, lost }) => {
        const cover = cutUp(text.length, seed);
        const sent = [...cover, ...parts.filter(([from]) => from < text.length)]
          .map(([from, length], index) => ({ from, to: Math.min(text.length, from + length), index }))
          .sort((a, b) => seed[a.index % 80]! - seed[b.index % 80]!)
          .filter((_, index) => !lost.includes(index));
        const { up: half } = only([
          SYN,
          ...sent.map(({ from, to }) => up(from, text.slice(from, to))),
          up(text.length, '', { flags: 'FA' }),
        ]);
        const isThere = Array.from({ length: text.length }, (_, at) =>
          sent.some(({ from, to }) => from <= at && at < to),
        );
        const hole = isThere.indexOf(false);
        const whole = hole < 0 ? text.length : hole;
        expect(textOf(half)).toBe(text.slice(0, whole));
        const width = isThere.slice(whole).indexOf(true);
        const missing = { at: whole, bytes: width < 0 ? text.length - whole : width };
        expect(half.gap).toEqual(hole < 0 ? null : missing);
        expect(half.end).toBe(hole < 0 ? 'fin' : 'open');
      }),
      { numRuns: 2000 },
    );
  });
});

describe('a file that is damaged or none', () => {
  it('is read up to the damage, which is told', () => {
    const file = pcapOf([SYN, up(0, 'abc'), up(3, 'def')]);
    const { streams, cut } = readStreams(file.subarray(0, file.length - 2), 'client')!;
    expect(cut).toEqual({ at: file.length - 59, why: 'damage' });
    expect(textOf(streams[0]!.up)).toBe('abc');
    expect(readStreams(Buffer.from('GET / HTTP/1.1\r\nHost: a.example\r\n'), 'client')).toBeNull();
  });

  it('never makes an error, and never more bytes than it has', () => {
    const encoder = encoderOf('pcapng', { snapBytes: 65_535 });
    const plain = pcapOf([SYN, SYN_ACK, up(0, 'abc'), down(0, 'def'), up(3, 'g', { flags: 'FA' })]);
    const damaged = fc
      .tuple(
        fc.constantFrom(plain, Buffer.concat([encoder.begin(0), encoder.begin(0)])),
        fc.array(fc.tuple(fc.nat(600), fc.nat(255)), { maxLength: 8 }),
        fc.nat(600),
      )
      .map(([file, changes, length]) => {
        const copy = Buffer.from(file);
        for (const [at, value] of changes) copy[at % copy.length] = value;
        return copy.subarray(0, length);
      });
    fc.assert(
      fc.property(fc.oneof(damaged, fc.uint8Array({ maxLength: 200 })), (file) => {
        const bytes = readStreams(file, 'client')?.streams.map(
          (stream) => stream.up.bytes + stream.down.bytes,
        );
        return (bytes ?? []).reduce((sum, more) => sum + more, 0) <= file.length;
      }),
      { numRuns: 10_000 },
    );
  });
});

/** Parts that cover so many bytes, of lengths by these numbers. */
function cutUp(length: number, seed: readonly number[]): [from: number, length: number][] {
  const parts: [number, number][] = [];
  for (let at = 0; at < length; ) {
    const bytes = 1 + (seed[at % seed.length]! % 9);
    parts.push([at, bytes]);
    at += bytes;
  }
  return parts;
}
