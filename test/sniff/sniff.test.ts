import { expect, test } from 'vitest';
import { sniff } from '../../src/sniff/index.ts';
import { bytesOf, helloMessage, records } from './client-hellos.ts';
import { ALL_SAMPLES } from './samples.ts';

const UNKNOWN = { done: true, sniffed: { protocol: 'unknown' } };

test('a silent client is undecided until the end comes, and then unknown', () => {
  expect(sniff(new Uint8Array(0), false)).toEqual({ done: false, atLeast: 1 });
  expect(sniff(new Uint8Array(0), true)).toEqual(UNKNOWN);
});

test.each([
  ['zero bytes', bytesOf(0, 0, 0, 0)],
  ['a command of Redis', bytesOf('*1\r\n$4\r\nPING\r\n')],
  ['a client of SMTP', bytesOf('EHLO a.example\r\n')],
  ['a connect packet of MQTT', bytesOf(0x10, 0x0c, 0, 4, 'MQTT')],
  ['a single byte that nothing begins with', bytesOf(0xff)],
])('%s is unknown at once, without waiting for the end', (_what, bytes) => {
  expect(sniff(bytes, false)).toEqual(UNKNOWN);
});

test('it asks for the fewest bytes that any sniffer wants', () => {
  expect(sniff(bytesOf('P'), false)).toEqual({ done: false, atLeast: 2 });
  const hello = records(helloMessage());
  expect(sniff(hello.subarray(0, 5), false)).toEqual({ done: false, atLeast: 6 });
  expect(sniff(hello.subarray(0, 9), false)).toEqual({ done: false, atLeast: hello.length });
});

test('whoever asks again only when told to, gets the same answer', () => {
  for (const { bytes, sniffed, name } of ALL_SAMPLES) {
    let length = 0;
    let result = sniff(bytes.subarray(0, length), false);
    while (!result.done) {
      expect(result.atLeast, name).toBeGreaterThan(length);
      expect(result.atLeast, name).toBeLessThanOrEqual(bytes.length);
      length = result.atLeast;
      result = sniff(bytes.subarray(0, length), false);
    }
    expect(result.sniffed, name).toEqual(sniffed);
    expect(length, name).toBe(bytes.length);
  }
});
