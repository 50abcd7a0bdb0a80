import { describe, expect, test } from 'vitest';
import { sniffHttp2 } from '../../src/sniff/http2.ts';
import { sniffSsh } from '../../src/sniff/ssh.ts';
import { bytesOf } from './client-hellos.ts';

describe('the preface of HTTP/2', () => {
  test('is recognised with its last byte, whatever frame follows', () => {
    const preface = bytesOf('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
    expect(preface).toHaveLength(24);
    expect(sniffHttp2(preface.subarray(0, 23))).toMatchObject({ kind: 'need-more', atLeast: 24 });
    expect(sniffHttp2(bytesOf(preface, 0, 0, 0, 4, 0)).kind).toBe('match');
  });

  test('is refused with the first byte that differs', () => {
    expect(sniffHttp2(bytesOf('PRI * HTTP/2.'))).toMatchObject({ kind: 'need-more' });
    expect(sniffHttp2(bytesOf('PRI * HTTP/1.'))).toEqual({ kind: 'no-match' });
    expect(sniffHttp2(bytesOf('PRI * HTTP/2.0\r\n\r\nXX'))).toEqual({ kind: 'no-match' });
  });
});

describe('the identification of an SSH client', () => {
  test.each(['SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n', 'SSH-1.99-x\r\n', 'SSH-'])('is recognised: %j', (line) => {
    expect(sniffSsh(bytesOf(line))).toEqual({ kind: 'match', sniffed: { protocol: 'ssh' } });
  });

  test.each(['ssh-2.0', 'SSH ', 'SSX', ' SSH-2.0', 'XSSH-'])('is not recognised: %j', (line) => {
    expect(sniffSsh(bytesOf(line))).toEqual({ kind: 'no-match' });
  });
});
