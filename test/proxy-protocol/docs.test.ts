import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { PROXY_TLVS_MAX } from '../../src/core/proxy-header.ts';
import { PROXY_V1_BYTES_MAX, PROXY_V2_BYTES_MAX } from '../../src/proxy-protocol/index.ts';
import { SHOWN_CHARACTERS_MAX } from '../../src/proxy-protocol/printable.ts';
import { SSL_TLV, TLV } from '../../src/proxy-protocol/tlv-types.ts';
import { whyNot } from './answers.ts';
import { bytesOf, IPV4_BLOCK, tlv, v2 } from './bytes.ts';

const PAGE = readFileSync(new URL('../../docs/proxy-protocol.md', import.meta.url), 'utf8');

describe('the page about the PROXY protocol', () => {
  test('has a row for each TLV that is known, in the order of the types', () => {
    const rows = [...PAGE.matchAll(/^\| `(0x[0-9a-f]{2})` +\|/gm)].map((row) => Number(row[1]));
    expect(rows).toEqual([...Object.values(TLV), ...Object.values(SSL_TLV)].sort((a, b) => a - b));
  });

  test('names the limits', () => {
    for (const limit of [
      `${PROXY_V1_BYTES_MAX} bytes`,
      `${PROXY_V2_BYTES_MAX} bytes`,
      PROXY_TLVS_MAX,
      SHOWN_CHARACTERS_MAX,
    ])
      expect(PAGE).toMatch(new RegExp(`^\\| .* \\| ${limit} +\\|`, 'm'));
  });

  test('repeats the messages as they are', () => {
    const messages = [
      bytesOf('PROXY TCP4 1.2.3.4 1.2.3.4 1 2\n'),
      bytesOf('PROXY TCP4 1.2.3.4 1.2.3.4 01 2\r\n'),
      v2(0x22, 0x11, IPV4_BLOCK),
      v2(0x21, 0x11, IPV4_BLOCK.slice(1)),
      v2(0x20, 0x00, bytesOf(), 65_535),
      v2(0x21, 0x11, bytesOf(IPV4_BLOCK, tlv(2, 'abc', 4))),
      v2(0x21, 0x11, bytesOf(IPV4_BLOCK, tlv(3, 'abcd'))),
    ].map(whyNot);
    const shown = [...PAGE.slice(PAGE.indexOf('## What is refused')).matchAll(/\| `([^`]+)` +\|$/gm)].map(
      (row) => row[1] ?? '',
    );
    expect(shown).toHaveLength(messages.length);
    for (const [index, text] of shown.entries())
      for (const part of text.split('…')) expect(messages[index]).toContain(part.trim());
  });
});
