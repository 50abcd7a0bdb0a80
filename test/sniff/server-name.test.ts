import { describe, expect, test } from 'vitest';
import { readServerName } from '../../src/sniff/server-name.ts';
import { bytesOf, serverName, withLength16 } from './client-hellos.ts';

const LABEL = 'a'.repeat(63);
const LONGEST = `${LABEL}.${LABEL}.${LABEL}.${'a'.repeat(61)}`;

describe('a server name', () => {
  test.each([
    ['a.example.com', 'a.example.com'],
    ['A.Example.COM', 'a.example.com'],
    ['a.example.com.', 'a.example.com'],
    ['localhost', 'localhost'],
    ['_service.x-1.example', '_service.x-1.example'],
    ['xn--mnchen-3ya.example', 'xn--mnchen-3ya.example'],
    ['10.0.0.1.example', '10.0.0.1.example'],
    ['1234', '1234'],
    [LONGEST, LONGEST],
    [`${LONGEST}.`, LONGEST],
  ])('%s is read as %s', (sent, read) => {
    expect(readServerName(contentOf(serverName(sent)))).toBe(read);
  });

  test.each([
    ['an IPv4 address', '10.0.0.1'],
    ['an IPv6 address', '::1'],
    ['a dot alone', '.'],
    ['two dots at the end', 'a.example..'],
    ['an empty label', 'a..example'],
    ['a dot in front', '.example'],
    ['a label of 64 bytes', `${LABEL}a.example`],
    ['254 bytes', `${LONGEST}a`],
    ['a wildcard', '*.example'],
    ['a space', 'a b'],
    ['a zero byte', 'a.example\0.evil'],
    ['a line break', 'a.example\nb'],
    ['bytes that are not ASCII', 'm\u00fcnchen.example'],
  ])('is absent where it is %s', (_what, sent) => {
    expect(readServerName(contentOf(serverName(sent)))).toBeUndefined();
  });

  test('is absent where there are two, and of use to nobody which one counts', () => {
    expect(readServerName(contentOf(serverName('a.example', 'b.example')))).toBeUndefined();
  });

  test('is found behind names of types that nobody knows', () => {
    const list = bytesOf(9, withLength16(bytesOf('?')), 0, withLength16(bytesOf('a.example')));
    expect(readServerName(withLength16(list))).toBe('a.example');
    expect(readServerName(withLength16(bytesOf(9, withLength16(bytesOf('?')))))).toBeUndefined();
  });

  test.each([
    ['nothing', bytesOf()],
    ['an empty list', bytesOf(0, 0)],
    ['a list longer than the extension', bytesOf(0, 9, 0, 0, 1, 0x61)],
    ['a list shorter than the extension', bytesOf(0, 4, 0, 0, 1, 0x61, 0)],
    ['a name longer than the list', bytesOf(0, 4, 0, 0, 2, 0x61)],
    ['an empty name', bytesOf(0, 3, 0, 0, 0)],
    ['half a name header', bytesOf(0, 2, 0, 0)],
  ])('is absent where the extension holds %s', (_what, content) => {
    expect(readServerName(content)).toBeUndefined();
  });
});

/** What stands in an extension, without its type and length. */
function contentOf(extension: Uint8Array): Uint8Array {
  return extension.subarray(4);
}
