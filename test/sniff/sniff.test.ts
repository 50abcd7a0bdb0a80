import { describe, expect, test } from 'vitest';
import { compileSniffers, Sniffing, sniff } from '../../src/sniff/index.ts';
import { bytesOf, helloMessage, helloOfSize, records } from './client-hellos.ts';
import { ALL_SAMPLES } from './samples.ts';

const UNKNOWN = { sniffed: { protocol: 'unknown' }, possible: new Set(['unknown']), open: false };

test('a silent client can be anything, MySQL too, until the end comes, and is then unknown and silent', () => {
  const findings = sniff(new Uint8Array(0), false);
  expect(findings).toMatchObject({ sniffed: null, open: true, atLeast: 1 });
  expect([...findings.possible]).toEqual(expect.arrayContaining(['tls', 'mysql', 'smtp', 'ftp', 'unknown']));
  const sniffed = { protocol: 'unknown', silent: true };
  expect(sniff(new Uint8Array(0), true)).toMatchObject({ ...UNKNOWN, sniffed });
});

test.each([
  ['nine bytes of zero', new Uint8Array(9)],
  ['a single byte that nothing but MongoDB begins with, and another', bytesOf(0xff, 0, 0xff)],
  ['HTTP/0.9', bytesOf('GET /\r\n')],
  ['a line of POP3', bytesOf('CAPA\r\n')],
])('%s is unknown at once, without waiting for the end', (_what, bytes) => {
  expect(sniff(bytes, false)).toMatchObject(UNKNOWN);
});

test('it asks for the fewest bytes that any sniffer wants, and says what the client can still be', () => {
  const possible = new Set(['http1', 'http2', 'redis', 'rtsp', 'mongodb', 'unknown']);
  expect(sniff(bytesOf('P'), false)).toEqual({ sniffed: null, possible, open: true, atLeast: 2 });
  const hello = records(helloMessage());
  expect(sniff(hello.subarray(0, 5), false)).toMatchObject({ sniffed: null, atLeast: 6 });
  expect(sniff(hello.subarray(0, 10), false)).toMatchObject({
    possible: new Set(['tls', 'unknown']),
    atLeast: hello.length,
  });
});

test('a protocol that is certain is told while fields are to come, and what is found of them by the end', () => {
  const bytes = bytesOf('GET / HTTP/1.1\r\nHost: a.b\r\n');
  const found = { sniffed: { protocol: 'http1' }, possible: new Set(['http1']) };
  expect(sniff(bytes, false)).toEqual({ ...found, open: true, atLeast: bytes.length + 1 });
  expect(sniff(bytes, true)).toMatchObject({ ...found, open: false });
  expect(sniff(bytesOf(bytes, '\r\n'), false).sniffed).toEqual({ protocol: 'http1', host: 'a.b' });
});

test('whoever asks again only when told to, gets the same answer', () => {
  for (const { bytes, sniffed, name } of ALL_SAMPLES) {
    const sniffing = new Sniffing();
    let length = 0;
    let findings = sniffing.look(bytes.subarray(0, length), false);
    while (findings.open) {
      expect(findings.atLeast, name).toBeGreaterThan(length);
      expect(findings.atLeast, name).toBeLessThanOrEqual(bytes.length);
      length = findings.atLeast;
      findings = sniffing.look(bytes.subarray(0, length), false);
    }
    expect(findings.sniffed, name).toEqual(sniffed);
  }
});

describe('a rule of the config', () => {
  const rules = [
    { name: 'mine', hex: '47 45 54 20 2f ?? 20' },
    { name: 'late', regex: 'PING.*!' },
  ];
  const sniffers = compileSniffers(rules);

  test('goes before a known protocol', () => {
    const request = bytesOf('GET /x HTTP/1.1\r\n\r\n');
    expect(sniff(request, false, sniffers)).toMatchObject({ sniffed: { protocol: 'mine' }, open: false });
  });

  test('that can still match keeps a known protocol from being certain, until the end', () => {
    const bytes = bytesOf('PING\r\n');
    const findings = sniff(bytes, false, sniffers);
    expect(findings).toMatchObject({ sniffed: null, open: true, possible: new Set(['late', 'redis']) });
    expect(sniff(bytes, true, sniffers)).toMatchObject({ sniffed: { protocol: 'redis' }, open: false });
    const sniffing = new Sniffing(sniffers);
    sniffing.look(bytes, false);
    expect(sniffing.look(bytesOf(bytes, '!'), false).sniffed).toEqual({ protocol: 'late' });
  });
});

describe('the bytes looked at, when they come one at a time', () => {
  test.each([
    ['a hello of 16 KiB in five records', records(helloOfSize(2 ** 14), 3300), 3],
    ['a hello of 8 KiB in records of one byte', records(helloOfSize(8000), 1), 40],
    ['a request with 30 KiB of fields', bytesOf('GET / HTTP/1.1\r\n', 'a: b\r\n'.repeat(5000), '\r\n'), 40],
    ['a request with a target of 30 KiB', bytesOf('GET /', 'x'.repeat(30_000), ' HTTP/1.1\r\n\r\n'), 40],
  ])('are linear in the length of %s', (_what, bytes, perByteMax) => {
    const counted = counting(bytes);
    const sniffing = new Sniffing();
    let open = true;
    for (let length = 1; length <= bytes.length; length++)
      open = sniffing.look(counted.first(length), false).open;
    expect(open).toBe(false);
    expect(counted.reads() / bytes.length).toBeLessThan(perByteMax);
  });
});

/** Bytes that count how many of them are looked at; what is searched or copied natively counts in full. */
function counting(bytes: Uint8Array) {
  let reads = 0;
  const handler: ProxyHandler<Uint8Array> = {
    get(target, key) {
      if (typeof key === 'string' && /^\d+$/.test(key)) {
        reads++;
        return target[Number(key)];
      }
      if (key === 'length') return target.length;
      if (key === 'indexOf')
        return (value: number, from = 0) => {
          const at = target.indexOf(value, from);
          reads += (at < 0 ? target.length : at + 1) - from;
          return at;
        };
      if (key === 'subarray')
        return (from: number, to: number) => {
          reads += to - from;
          return target.subarray(from, to);
        };
      throw new Error(`a sniffer uses ${String(key)}, which is not counted`);
    },
  };
  return { first: (length: number) => new Proxy(bytes.subarray(0, length), handler), reads: () => reads };
}
