import { describe, expect, test } from 'vitest';
import { SNIFF_BYTES_MAX, sniff } from '../../src/sniff/index.ts';
import { sniffTls } from '../../src/sniff/tls.ts';
import {
  alpn,
  bytesOf,
  extension,
  helloMessage,
  helloOfSize,
  realHello,
  records,
  serverName,
  withLength16,
} from './client-hellos.ts';
import { expectFinalAndExact } from './walk.ts';

const NO_MATCH = { kind: 'no-match' };

describe('a hello of a real client', () => {
  test('tells its server name and its protocols', async () => {
    const hello = await realHello({ servername: 'Web.Example.com', ALPNProtocols: ['h2', 'http/1.1'] });
    expect(expectFinalAndExact(sniffTls, hello)).toEqual({
      kind: 'match',
      sniffed: { protocol: 'tls', sni: 'web.example.com', alpn: ['h2', 'http/1.1'], tlsVersion: 'TLSv1.3' },
    });
  });

  test('is recognised without either', async () => {
    const sniffed = { protocol: 'tls', tlsVersion: 'TLSv1.3' };
    expect(sniffTls(await realHello({}))).toEqual({ kind: 'match', sniffed });
  });

  test('is recognised in the form of TLS 1.2', async () => {
    const hello = await realHello({ servername: 'a.example.com', maxVersion: 'TLSv1.2' });
    expect(sniffTls(hello)).toEqual({
      kind: 'match',
      sniffed: { protocol: 'tls', sni: 'a.example.com', tlsVersion: 'TLSv1.2' },
    });
  });

  test('is the same to the sniffer in records of any size', async () => {
    const whole = await realHello({ servername: 'a.example.com', ALPNProtocols: ['h2'] });
    const expected = sniffTls(whole);
    expect(expected.kind).toBe('match');
    for (let size = 1; size < whole.length; size++) {
      expect(sniffTls(records(whole.subarray(5), size))).toEqual(expected);
    }
  });
});

describe('a hello in several records', () => {
  test('is told before the record that holds its end is over', () => {
    const message = bytesOf(helloMessage(), 'another message in the same record');
    expect(sniffTls(records(message).subarray(0, 5 + helloMessage().length)).kind).toBe('match');
  });

  test('may have records of different versions', () => {
    const hello = records(helloMessage(), 60);
    hello[2] = 0;
    hello[65 + 2] = 4;
    expect(sniffTls(hello).kind).toBe('match');
  });

  test.each([
    ['another kind of record', bytesOf(21, 3, 1, 0, 2, 1, 0)],
    ['an empty record', bytesOf(22, 3, 1, 0, 0)],
    ['a record of another protocol', bytesOf(22, 2, 1, 0, 1, 0)],
    ['a record beyond 16 KiB', bytesOf(22, 3, 1, 0x40, 1)],
  ])('is no match with %s in between', (_what, record) => {
    const first = records(helloMessage().subarray(0, 50));
    expect(sniffTls(first)).toMatchObject({ kind: 'need-more', atLeast: first.length + 1 });
    expect(sniffTls(bytesOf(first, record))).toEqual(NO_MATCH);
    expect(sniffTls(record)).toEqual(NO_MATCH);
  });
});

describe('a length that a hello claims', () => {
  test('is taken up to the limit of sniffing and refused from its header on above that', () => {
    const fits = SNIFF_BYTES_MAX - 5;
    expect(sniffTls(claiming(fits))).toMatchObject({ kind: 'need-more' });
    expect(sniffTls(claiming(fits + 1))).toEqual(NO_MATCH);
    expect(sniffTls(claiming(2 ** 24 - 1))).toEqual(NO_MATCH);
  });

  test('may be such that with the headers of its records it goes beyond the limit, and is then not found', () => {
    const hello = records(helloOfSize(SNIFF_BYTES_MAX - 5), 10_000);
    expect(hello.length).toBeGreaterThan(SNIFF_BYTES_MAX);
    expect(sniff(hello.subarray(0, 60_000), false).open).toBe(true);
    expect(sniff(hello.subarray(0, SNIFF_BYTES_MAX), false).open).toBe(false);
    expect(sniff(hello, false)).toMatchObject({ open: false, sniffed: { protocol: 'unknown' } });
  });

  function claiming(messageBytes: number): Uint8Array {
    const body = messageBytes - 4;
    return bytesOf(22, 3, 1, 0x40, 0, 1, body >> 16, (body >> 8) & 255, body & 255, 3);
  }
});

describe('what is no ClientHello', () => {
  test.each([
    ['an SSL 2 hello', bytesOf(0x80, 0x2e, 0x01, 0x03, 0x01)],
    ['a ServerHello', bytesOf(22, 3, 1, 0, 50, 2)],
    ['an alert', bytesOf(21, 3, 1, 0, 2)],
    ['application data', bytesOf(23, 3, 3, 0, 9)],
    ['a body of another version', records(helloMessage({ versionMajor: 2 }))],
    ['a session id of 33 bytes', records(helloMessage({ sessionId: new Uint8Array(33) }))],
    ['no cipher suite', records(helloMessage({ suites: new Uint8Array(0) }))],
    ['half a cipher suite', records(helloMessage({ suites: new Uint8Array(3) }))],
    ['no compression method', records(helloMessage({ compression: new Uint8Array(0) }))],
    ['a second server_name', records(helloMessage({ extensions: [serverName('a.b'), serverName('c.d')] }))],
    ['a second ALPN', records(helloMessage({ extensions: [alpn('h2'), alpn('h2')] }))],
    ['an extension longer than the rest', records(helloMessage({ extensions: [bytesOf(0, 9, 0, 1)] }))],
    ['half an extension header', records(helloMessage({ extensions: [bytesOf(0, 9, 0)] }))],
    ['a byte after the extensions', records(lengthened(helloMessage()))],
    ['an extension after the extensions', records(listChanged(-4))],
    ['a list of extensions that ends beyond the message', records(listChanged(1))],
    ['an empty body', records(bytesOf(1, 0, 0, 0))],
  ])('is no match: %s', (_what, bytes) => {
    expect(expectFinalAndExact(sniffTls, bytes)).toEqual(NO_MATCH);
  });

  /** A message whose last extension is empty and whose list of extensions claims so many bytes more. */
  function listChanged(by: number): Uint8Array {
    const list = [serverName('a.example.com'), extension(9, new Uint8Array(0))];
    const message = helloMessage({ extensions: list });
    const at = message.length - bytesOf(...list).length - 1;
    message[at] = (message[at] as number) + by;
    return message;
  }

  /** The message with a byte more than its parts have. */
  function lengthened(message: Uint8Array): Uint8Array {
    const longer = bytesOf(message, 0);
    longer[3] = (longer[3] as number) + 1;
    return longer;
  }
});

test('a hello cut off anywhere is unknown when the end comes, and TLS only when it is whole', () => {
  const hello = records(helloMessage());
  for (let length = 0; length < hello.length; length++) {
    expect(sniff(hello.subarray(0, length), true)).toMatchObject({ sniffed: { protocol: 'unknown' } });
  }
  expect(sniff(hello, true)).toMatchObject({ sniffed: { protocol: 'tls' } });
});

test('extensions of no interest are skipped, whatever is in them', () => {
  const strange = [0x0a0a, 0xfafa, 0xfe0d, 41, 51].map((type) => extension(type, withLength16(bytesOf('x'))));
  const hello = records(helloMessage({ extensions: [...strange, serverName('a.example.com')] }));
  expect(sniffTls(hello)).toMatchObject({ sniffed: { sni: 'a.example.com' } });
});

describe('the versions of a hello', () => {
  const versions = (...list: number[]) => extension(43, bytesOf(list.length, ...list));

  test.each([
    ['the highest that is offered', versions(3, 3, 3, 4, 3, 2), 'TLSv1.3'],
    ['not GREASE, and none that nobody knows', versions(0x7a, 0x7a, 3, 3, 3, 9), 'TLSv1.2'],
    ['none, where all are unknown', versions(0x7a, 0x7a), undefined],
    ['none, where the list is half a version too long', versions(3, 4, 3), undefined],
  ])('tell %s', (_what, list, tlsVersion) => {
    const verdict = sniffTls(records(helloMessage({ extensions: [list] })));
    expect(verdict).toMatchObject({ kind: 'match', sniffed: tlsVersion === undefined ? {} : { tlsVersion } });
    expect('sniffed' in verdict && verdict.sniffed.tlsVersion).toBe(tlsVersion);
  });

  test('may come once only', () => {
    const twice = [versions(3, 4), versions(3, 3)];
    expect(sniffTls(records(helloMessage({ extensions: twice })))).toEqual(NO_MATCH);
  });
});

test('an encrypted hello inside is told by its outer form alone, with the outer name', () => {
  const name = serverName('outer.example');
  const outer = records(helloMessage({ extensions: [extension(0xfe0d, bytesOf(0, 0, 1)), name] }));
  expect(sniffTls(outer)).toMatchObject({ sniffed: { ech: true, sni: 'outer.example' } });
  const inner = sniffTls(records(helloMessage({ extensions: [extension(0xfe0d, bytesOf(1)), name] })));
  expect(inner).toMatchObject({ kind: 'match' });
  expect(inner).not.toHaveProperty('sniffed.ech');
});
