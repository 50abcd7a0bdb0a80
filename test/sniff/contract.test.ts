import { describe, expect, test } from 'vitest';
import { SNIFFERS, type Sniffer, sniff } from '../../src/sniff/index.ts';
import { ALL_SAMPLES, SAMPLES } from './samples.ts';
import { expectFinalAndExact } from './walk.ts';

const NAMES = Object.keys(SNIFFERS) as (keyof typeof SNIFFERS)[];

describe.each(NAMES)('the sniffer for %s', (name) => {
  const sniffer: Sniffer = SNIFFERS[name];

  test.each(SAMPLES[name])('matches with the last byte it needs and keeps to that: $name', (sample) => {
    expect(sniffer(sample.bytes)).toEqual({ kind: 'match', sniffed: sample.sniffed });
    expect(sniffer(sample.bytes.subarray(0, -1)).kind).toBe('need-more');
    expect(sniffer(followed(sample.bytes))).toEqual({ kind: 'match', sniffed: sample.sniffed });
  });

  test.each(ALL_SAMPLES)('asks again only where its answer can change: $name', ({ bytes }) => {
    expectFinalAndExact(sniffer, bytes);
  });

  test.each(ALL_SAMPLES)('leaves the bytes as they were: $name', ({ bytes }) => {
    const before = bytes.slice();
    sniffer(bytes);
    expect(bytes).toEqual(before);
  });

  test('waits for the first byte', () => {
    expect(sniffer(new Uint8Array(0))).toEqual({ kind: 'need-more', atLeast: 1 });
  });

  test('takes the bytes as they are from the first, whatever buffer they lie in', () => {
    for (const { bytes, sniffed } of SAMPLES[name]) {
      const buffer = new Uint8Array(bytes.length + 20).fill(0x16);
      buffer.set(bytes, 10);
      expect(sniffer(buffer.subarray(10, 10 + bytes.length))).toEqual({ kind: 'match', sniffed });
    }
  });
});

test('where one sniffer matches, every other has already said no', () => {
  for (const { bytes, sniffed, name } of ALL_SAMPLES) {
    for (const other of NAMES) {
      const sniffer: Sniffer = SNIFFERS[other];
      const kind = sniffer(bytes).kind;
      expect(kind, `${other} on ${name}`).toBe(other === sniffed.protocol ? 'match' : 'no-match');
    }
  }
});

test('all sniffers together answer as the one that matches does', () => {
  for (const { bytes, sniffed } of ALL_SAMPLES) {
    expect(sniff(bytes, false)).toEqual({ done: true, sniffed });
    expect(sniff(bytes, true)).toEqual({ done: true, sniffed });
  }
});

function followed(bytes: Uint8Array): Uint8Array {
  return new Uint8Array([...bytes, 0x15, 0x00, 0xff, 0x20, 0x0a]);
}
