import { METHODS } from 'node:http';
import { describe, expect, test } from 'vitest';
import { HTTP_METHODS } from '../../src/sniff/http-methods.ts';
import { sniffHttp1 } from '../../src/sniff/http1.ts';
import { bytesOf } from './client-hellos.ts';
import { expectFinalAndExact } from './walk.ts';

describe('a request line', () => {
  test.each(HTTP_METHODS)('is recognised with the method %s', (method) => {
    expect(sniffHttp1(bytesOf(`${method} /x HTTP/1.1\r\nHost: a\r\n\r\n`)).kind).toBe('match');
  });

  test('is recognised with every method that the parser of Node.js knows', () => {
    expect(METHODS.filter((method) => !(HTTP_METHODS as readonly string[]).includes(method))).toEqual([]);
  });

  test.each([
    'GET / HTTP/1.0\r\n',
    'GET / HTTP/1.1\n',
    'GET http://a.example/ HTTP/1.1\r\n',
    'CONNECT [::1]:443 HTTP/1.1\r\n',
    'OPTIONS * HTTP/1.1\r\n',
  ])('is recognised in the form %j', (line) => {
    expect(sniffHttp1(bytesOf(line)).kind).toBe('match');
  });

  test.each([
    ['a method in lower case', 'get / HTTP/1.1\r\n'],
    ['a method that is none', 'FETCH / HTTP/1.1\r\n'],
    ['a method that only begins like one', 'GETS / HTTP/1.1\r\n'],
    ['a tab after the method', 'GET\t/ HTTP/1.1\r\n'],
    ['no target', 'GET  HTTP/1.1\r\n'],
    ['two targets', 'GET / / HTTP/1.1\r\n'],
    ['no version, as in HTTP/0.9', 'GET /\r\n'],
    ['HTTP/2 in the version', 'GET / HTTP/2.0\r\n'],
    ['a version without a number', 'GET / HTTP/1.x\r\n'],
    ['text after the version', 'GET / HTTP/1.1 \r\n'],
    ['a carriage return alone', 'GET / HTTP/1.1\rX'],
    ['a zero byte in the target', 'GET /\0 HTTP/1.1\r\n'],
    ['a delete byte in the target', 'GET /\x7f HTTP/1.1\r\n'],
    ['RTSP', 'OPTIONS rtsp://a.example/ RTSP/1.0\r\n'],
    ['ICAP', 'OPTIONS icap://a.example/ ICAP/1.0\r\n'],
    ['an inline command of Redis', 'GET key\r\n'],
    ['an answer instead of a request', 'HTTP/1.1 200 OK\r\n'],
    ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ])('is not recognised with %s', (_what, line) => {
    expect(expectFinalAndExact(sniffHttp1, bytesOf(line))).toEqual({ kind: 'no-match' });
  });
});

test.each([
  ['a first byte no method has', bytesOf(0x00), 1],
  ['a letter no method begins with', bytesOf('X'), 1],
  ['garbage after the first letters', bytesOf('GE', 0x80), 3],
  ['garbage instead of the target', bytesOf('GET ', 0x01), 5],
  ['garbage in the target', bytesOf('GET /abc', 0x00), 9],
  ['another word than HTTP after the target', bytesOf('GET /abc x'), 10],
])('%s is told with that very byte', (_what, bytes, length) => {
  expect(bytes).toHaveLength(length);
  expect(sniffHttp1(bytes.subarray(0, -1)).kind).toBe('need-more');
  expect(sniffHttp1(bytes)).toEqual({ kind: 'no-match' });
});

test('a target of 4 KiB is enough, before its end and whatever the limit on bytes leaves of it', () => {
  const long = bytesOf('GET /', new Uint8Array(4095).fill(0x61));
  expect(expectFinalAndExact(sniffHttp1, bytesOf(long, 0)).kind).toBe('match');
  expect(sniffHttp1(long.subarray(0, -1))).toMatchObject({ kind: 'need-more', atLeast: long.length });
  expect(sniffHttp1(bytesOf(long.subarray(0, -1), 0))).toEqual({ kind: 'no-match' });
});

describe('the fields of a request', () => {
  test.each([
    ['a name with a port and a dot behind it', 'Host: A.Example.:8080\r\n', 'a.example'],
    ['an IPv4 address', 'Host: 192.0.2.1:80\r\n', '192.0.2.1'],
    ['an IPv6 address in brackets', 'Host:\t[2001:DB8::1]:80 \r\n', '[2001:db8::1]'],
    ['no address without its brackets', 'Host: 2001:db8::1\r\n', undefined],
    ['nothing', 'Host:\r\n', undefined],
    ['two of them', 'Host: a.b\r\nHost: a.b\r\n', undefined],
    ['a space before the colon', 'Host : a.b\r\n', undefined],
    ['a folded line', 'Host: a.b\r\n c: d\r\n', undefined],
    ['a zero byte in another', 'Host: a.b\r\nX: \0\r\n', undefined],
    ['two names', 'Host: a.b, c.d\r\n', undefined],
  ])('give for %s', (_what, fields, host) => {
    const verdict = expectFinalAndExact(sniffHttp1, bytesOf(`GET / HTTP/1.1\r\n${fields}\r\n`));
    expect(verdict).toEqual({ kind: 'match', sniffed: { protocol: 'http1', ...(host && { host }) } });
  });

  test.each([
    ['GET http://user@C.D:81/?x=http://e.f HTTP/1.1', 'c.d'],
    ['GET http://..?/ HTTP/1.1', undefined],
    ['CONNECT c.d:443 HTTP/1.1', 'c.d'],
    ['GET /http://c.d/ HTTP/1.1', 'a.b'],
  ])('count less than the target: %s', (line, host) => {
    const verdict = sniffHttp1(bytesOf(`${line}\r\nHost: a.b\r\n\r\n`));
    expect(verdict).toEqual({ kind: 'match', sniffed: { protocol: 'http1', ...(host && { host }) } });
  });

  test('ask for a WebSocket with both tokens and GET alone', () => {
    const fields = 'Upgrade: WebSocket\r\nConnection: keep-alive, Upgrade\r\n\r\n';
    const asked = { sniffed: { websocket: true } };
    expect(sniffHttp1(bytesOf('GET / HTTP/1.1\r\n', fields))).toMatchObject(asked);
    expect(sniffHttp1(bytesOf('POST / HTTP/1.1\r\n', fields))).not.toMatchObject(asked);
    const plain = fields.replace(', Upgrade', '');
    expect(sniffHttp1(bytesOf('GET / HTTP/1.1\r\n', plain))).not.toMatchObject(asked);
  });
});
