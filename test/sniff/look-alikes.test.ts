import { expect, test } from 'vitest';
import { sniff } from '../../src/sniff/index.ts';
import { bytesOf } from './client-hellos.ts';

test.each([
  [
    'a hard reset with a session id like the counts of DNS',
    hex('000e38ab010000010000000000000000'),
    'unknown',
  ],
  ['a connect request of ZooKeeper', hex('0000002c00000000000000000000000000007530'), 'unknown'],
  ['a connection request of S7', hex('0300001611e00000000100c0010ac1020100c2020102'), 'unknown'],
  ['Metadata of Kafka in version 0', hex('0000000e000300000000000100026964'), 'kafka'],
  ['SIP', bytesOf('SUBSCRIBE sip:a@b SIP/2.0\r\n'), 'unknown'],
  ['AUTH of Redis with a word of FTP', bytesOf('AUTH tls\r\n'), 'ftp'],
  ['a StartupMessage without a user', hex('0000000f000300006162006364000000'.slice(0, 30)), 'unknown'],
  ['a message of MongoDB of 261 bytes', hex('050100000100000000000000dd070000'), 'socks5'],
  ['an LDAP message with the number 0', hex('300c02010060070201030400'), 'unknown'],
])('%s is told from what looks like it', (_what, bytes, protocol) => {
  expect(sniff(bytes, false).sniffed?.protocol).toBe(protocol);
});

function hex(digits: string): Uint8Array {
  return new Uint8Array(Buffer.from(digits, 'hex'));
}
