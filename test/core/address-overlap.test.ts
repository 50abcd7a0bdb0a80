import { describe, expect, test } from 'vitest';
import { type Address, parseAddress } from '../../src/core/address.ts';
import { overlaps } from '../../src/core/address-overlap.ts';

const at = (text: string): Address => {
  const address = parseAddress(text);
  if (typeof address === 'string') throw new Error(address);
  return address;
};

describe('addresses overlap', () => {
  test.each([
    ['127.0.0.1:80', '127.0.0.1:80', true],
    ['127.0.0.1:80', '127.0.0.2:80', false],
    ['127.0.0.1:80', '127.0.0.1:81', false],
    ['127.0.0.1:80', '0.0.0.0:80', true],
    ['127.0.0.1:80', ':80', true],
    ['0.0.0.0:80', ':80', true],
    ['[::1]:80', ':80', true],
    ['[::1]:80', '0.0.0.0:80', false],
    ['[::1]:80', '[0:0::1]:80', true],
    ['127.0.0.1:0', '0.0.0.0:0', false],
    ['name:80', 'NAME:80', true],
    ['name:80', '127.0.0.1:80', false],
    ['unix:/a', 'unix:/a', true],
    ['unix:/a', 'unix:/b', false],
    ['unix:/a', ':80', false],
  ])('%s and %s: %s', (a, b, expected) => {
    expect([overlaps(at(a), at(b)), overlaps(at(b), at(a))]).toEqual([expected, expected]);
  });
});
