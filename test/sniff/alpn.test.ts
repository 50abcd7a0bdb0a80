import { describe, expect, test } from 'vitest';
import { ALPN_NAMES_MAX, readAlpn } from '../../src/sniff/alpn.ts';
import { alpn, bytesOf } from './client-hellos.ts';

describe('the list of protocols in ALPN', () => {
  test('keeps the order of the client', () => {
    expect(readAlpn(contentOf(alpn('http/1.1', 'h2')))).toEqual(['http/1.1', 'h2']);
  });

  test('keeps letters as they are: names are compared byte by byte', () => {
    expect(readAlpn(contentOf(alpn('H2')))).toEqual(['H2']);
  });

  test('has one character for each byte of a name that is not ASCII', () => {
    expect(readAlpn(contentOf(alpn(bytesOf(0xff, 0x0a))))).toEqual(['\u00ff\n']);
  });

  test('leaves out every GREASE value and nothing that only looks like one', () => {
    const grease = Array.from({ length: 16 }, (_, high) => bytesOf(high * 16 + 10, high * 16 + 10));
    expect(readAlpn(contentOf(alpn(...grease, 'h2')))).toEqual(['h2']);
    const similar = [bytesOf(0x1a), bytesOf(0x1a, 0x2a), bytesOf(0x1b, 0x1b), bytesOf(0x1a, 0x1a, 0x1a)];
    expect(readAlpn(contentOf(alpn(...similar)))).toHaveLength(4);
  });

  test('is absent where only GREASE is in it', () => {
    expect(readAlpn(contentOf(alpn(bytesOf(0x6a, 0x6a))))).toBeUndefined();
  });

  test('is absent where it has more names than the limit', () => {
    const names = Array.from({ length: ALPN_NAMES_MAX }, (_, index) => `p${index}`);
    expect(readAlpn(contentOf(alpn(...names)))).toEqual(names);
    expect(readAlpn(contentOf(alpn(...names, 'one-more')))).toBeUndefined();
  });

  test.each([
    ['nothing', bytesOf()],
    ['an empty list', bytesOf(0, 0)],
    ['an empty name', bytesOf(0, 4, 0, 2, 0x68, 0x32)],
    ['a name longer than the list', bytesOf(0, 3, 3, 0x68, 0x32)],
    ['a list longer than the extension', bytesOf(0, 4, 2, 0x68, 0x32)],
    ['a list shorter than the extension', bytesOf(0, 3, 2, 0x68, 0x32, 0)],
  ])('is absent where the extension holds %s', (_what, content) => {
    expect(readAlpn(content)).toBeUndefined();
  });
});

/** What stands in an extension, without its type and length. */
function contentOf(extension: Uint8Array): Uint8Array {
  return extension.subarray(4);
}
