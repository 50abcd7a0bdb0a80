import { describe, expect, test } from 'vitest';
import { originalOf, plainHost } from '../../src/connection/original.ts';
import type { Address } from '../../src/core/address.ts';
import type { TransparentMode } from '../../src/core/plan.ts';
import { planOf } from './plan.ts';

const tcp = (text: string): Address => {
  const at = text.lastIndexOf(':');
  return { kind: 'tcp', host: text.slice(0, at), port: Number(text.slice(at + 1)) };
};

function original(transparent: TransparentMode, listen: string, local: string, told: string | null) {
  const [listener] = planOf({ transparent, listen: tcp(listen) }).listeners;
  const client = { local: tcp(local), originalDestination: told === null ? null : tcp(told) };
  const found = originalOf(listener!, client);
  return found?.kind === 'tcp' ? `${found.host}:${found.port}` : found;
}

describe('where a client wanted to go', () => {
  test.each([
    ['nobody asks without a transparent mode', 'off', '0.0.0.0:3128', '10.0.0.1:3128', '192.0.2.8:80', null],
    [
      'netfilter says, of a redirected one',
      'redirect',
      ':::3128',
      '10.0.0.1:3128',
      '192.0.2.8:80',
      '192.0.2.8:80',
    ],
    [
      'a port of the listener elsewhere is no listener',
      'redirect',
      '0.0.0.0:80',
      '10.0.0.1:80',
      '192.0.2.8:80',
      '192.0.2.8:80',
    ],
    ['nowhere, of one that was not redirected', 'redirect', ':::3128', '10.0.0.1:3128', null, null],
    [
      'nowhere, of one that was redirected to where it wanted',
      'redirect',
      ':::80',
      '::ffff:10.0.0.1:80',
      '10.0.0.1:80',
      null,
    ],
    ['its socket says, of TPROXY', 'tproxy', '127.0.0.1:3128', '192.0.2.8:80', null, '192.0.2.8:80'],
    [
      'an IPv4 address stays one on an IPv6 socket',
      'tproxy',
      ':::3128',
      '::ffff:192.0.2.8:80',
      null,
      '192.0.2.8:80',
    ],
    ['the listener itself is nowhere', 'tproxy', '10.0.0.1:3128', '10.0.0.1:3128', null, null],
    ['nor is it however it is written', 'tproxy', '2001:DB8:0::1:3128', '2001:db8::1:3128', null, null],
    [
      'the port of a listener on every address is its own',
      'tproxy',
      '0.0.0.0:3128',
      '10.0.0.1:3128',
      null,
      null,
    ],
    ['also in IPv6', 'tproxy', ':::3128', '::ffff:10.0.0.1:3128', null, null],
    ['another port of that address is not', 'tproxy', ':::3128', '10.0.0.1:80', null, '10.0.0.1:80'],
  ] as const)('%s', (_, mode, listen, local, told, expected) => {
    expect(original(mode, listen, local, told)).toBe(expected);
  });

  test('nothing is asked of a client without a transparent mode', () => {
    const [listener] = planOf({}).listeners;
    const client = {
      get local(): Address {
        throw new Error('it was asked');
      },
      get originalDestination(): Address {
        throw new Error('it was asked');
      },
    };
    expect(originalOf(listener!, client)).toBe(null);
  });
});

test.each([
  ['::ffff:10.0.0.1', '10.0.0.1'],
  ['10.0.0.1', '10.0.0.1'],
  ['2001:db8::1', '2001:db8::1'],
  ['fe80::1%eth0', 'fe80::1%eth0'],
  ['backend.example', 'backend.example'],
])('%s is plainly %s', (host, plain) => {
  expect(plainHost(host)).toBe(plain);
});
