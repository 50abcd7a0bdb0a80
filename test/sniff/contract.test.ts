import { describe, expect, test } from 'vitest';
import { SNIFFERS, type Sniffer, Sniffing, sniff } from '../../src/sniff/index.ts';
import { RECORDINGS } from './recordings.ts';
import { ALL_SAMPLES, SAMPLES, type Sample } from './samples.ts';
import { expectFinalAndExact } from './walk.ts';

const NAMES = Object.keys(SNIFFERS) as (keyof typeof SNIFFERS)[];

describe.each(NAMES)('the sniffer for %s', (name) => {
  const sniffer: Sniffer = SNIFFERS[name];
  const own: readonly Sample[] = SAMPLES[name];

  test.each(own)('matches with the last byte it needs and keeps to that: $name', (sample) => {
    const { bytes, certainAt, sniffed } = sample;
    expect(sniffer(bytes)).toEqual({ kind: 'match', sniffed });
    expect(sniffer(bytes.subarray(0, certainAt)).kind).toBe('match');
    expect(sniffer(bytes.subarray(0, certainAt - 1)).kind).toBe('need-more');
    if (certainAt < bytes.length) expect(sniffer(bytes.subarray(0, -1))).toHaveProperty('atLeast');
    expect(sniffer(followed(bytes))).toEqual({ kind: 'match', sniffed });
  });

  test.each(ALL_SAMPLES)('asks again only where its answer can change: $name', ({ bytes }) => {
    expectFinalAndExact(sniffer, bytes);
  });

  test.each(ALL_SAMPLES)('leaves the bytes as they were: $name', ({ bytes }) => {
    const before = Uint8Array.from(bytes);
    sniffer(bytes);
    expect(Buffer.compare(bytes, before)).toBe(0);
  });

  test('waits for the first byte', () => {
    expect(sniffer(new Uint8Array(0))).toMatchObject({ kind: 'need-more', atLeast: 1 });
  });

  test('takes the bytes as they are from the first, whatever buffer they lie in', () => {
    for (const { bytes, sniffed } of own) {
      const buffer = new Uint8Array(bytes.length + 20).fill(0x16);
      buffer.set(bytes, 10);
      expect(sniffer(buffer.subarray(10, 10 + bytes.length))).toEqual({ kind: 'match', sniffed });
    }
  });
});

test('where one sniffer matches, every other has already said no', () => {
  for (const { bytes, certainAt, sniffed, name } of ALL_SAMPLES) {
    for (const other of NAMES) {
      const sniffer: Sniffer = SNIFFERS[other];
      const kind = sniffer(bytes.subarray(0, certainAt)).kind;
      expect(kind, `${other} on ${name}`).toBe(other === sniffed.protocol ? 'match' : 'no-match');
    }
  }
});

test('all sniffers together answer as the one that matches does', () => {
  for (const { bytes, sniffed } of ALL_SAMPLES) {
    const found = { sniffed, possible: new Set([sniffed.protocol]), open: false };
    expect(sniff(bytes, false)).toMatchObject(found);
    expect(sniff(bytes, true)).toMatchObject(found);
  }
});

describe.each(RECORDINGS)('what was sent by $by', ({ base64, sniffed }) => {
  const bytes = new Uint8Array(Buffer.from(base64, 'base64'));

  test('is recognised in one piece', () => {
    expect(sniff(bytes, false)).toMatchObject({ sniffed, open: false });
  });

  test('is recognised byte by byte, by one sniffer alone', () => {
    const sniffing = new Sniffing();
    for (let length = 0; length < bytes.length; length++) sniffing.look(bytes.subarray(0, length), false);
    expect(sniffing.look(bytes, false)).toMatchObject({ sniffed, open: false });
    const matching = NAMES.filter((name) => expectFinalAndExact(SNIFFERS[name], bytes).kind === 'match');
    expect(matching).toEqual([sniffed.protocol]);
  });
});

function followed(bytes: Uint8Array): Uint8Array {
  return new Uint8Array([...bytes, 0x15, 0x00, 0xff, 0x20, 0x0a]);
}
