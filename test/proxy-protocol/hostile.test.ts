import { describe, expect, test } from 'vitest';
import type { ProxyTlv } from '../../src/core/proxy-header.ts';
import {
  formatProxyHeader,
  PROXY_V1_BYTES_MAX,
  PROXY_V2_BYTES_MAX,
  type ProxyRead,
  readProxyHeader,
} from '../../src/proxy-protocol/index.ts';
import { Dice } from '../simulation/dice.ts';
import { beginsLikeOne, expectFinalAndExact } from './answers.ts';
import { bytesOf, IPV4_BLOCK, tlv, v2 } from './bytes.ts';
import { hostileBytes } from './mutations.ts';

const INPUTS = 1_000_000;
/** It takes some 5 seconds where nothing else runs. */
const HOSTILE_MS = 120_000;
/** One header of so many is also formatted, which costs more than reading it. */
const FORMATTED_ONE_IN = 10;
const SEED = Number(process.env['SLUICE_SEED'] ?? 20_260_101);

describe('whatever a sender sends', () => {
  test(`a million inputs of seed ${SEED} get an answer, and each kind of answer comes`, {
    timeout: HOSTILE_MS,
  }, () => {
    const dice = new Dice(SEED);
    const seen = new Map<string, number>();
    for (let count = 0; count < INPUTS; count++) {
      const bytes = hostileBytes(dice);
      const read = readProxyHeader(bytes);
      const wrong = wrongAnswer(bytes, read) ?? (count % FORMATTED_ONE_IN === 0 ? wrongForm(read) : null);
      if (wrong !== null) expect.fail(`input ${count}, ${Buffer.from(bytes).toString('hex')}: ${wrong}`);
      const kind =
        read.kind === 'header' ? `header ${read.header.version} ${read.header.command}` : read.kind;
      seen.set(kind, (seen.get(kind) ?? 0) + 1);
    }
    const kinds = ['header 1 proxy', 'header 2 local', 'header 2 proxy', 'invalid', 'need-more', 'none'];
    expect([...seen.keys()].sort()).toEqual(kinds);
    expect(Math.min(...seen.values())).toBeGreaterThan(INPUTS / 100);
  });

  test('the answer is the same however the bytes are cut', () => {
    const dice = new Dice(SEED + 1);
    for (let count = 0; count < 5000; count++) expectFinalAndExact(hostileBytes(dice));
  });

  test('a claimed length takes no memory', () => {
    const claims = [
      v2(0x21, 0x11, IPV4_BLOCK, 65_535),
      v2(0x20, 0x00, bytesOf(), 65_535),
      v2(0x21, 0x11, IPV4_BLOCK, PROXY_V2_BYTES_MAX - 16),
      v2(0x21, 0x11, bytesOf(IPV4_BLOCK, tlv(0xea, 'x', 65_535))),
      v2(0x21, 0x11, bytesOf(IPV4_BLOCK, tlv(0x05, 'x', 65_535))),
      v2(0x21, 0x11, bytesOf(IPV4_BLOCK, tlv(0x20, bytesOf(1, 0, 0, 0, 0, tlv(0x28, 'x', 65_535))))),
      v2(0x20, 0x00, tlv(0xea, 'x', 65_535)),
    ];
    const most = Math.max(
      ...claims.flatMap((bytes) => Array.from({ length: 200 }, () => allocatedBy(bytes))),
    );
    expect(most).toBeLessThan(PROXY_V2_BYTES_MAX);
  });
});

/** What is wrong with an answer; null where nothing is. */
function wrongAnswer(bytes: Uint8Array, read: ProxyRead): string | null {
  switch (read.kind) {
    case 'none':
      return beginsLikeOne(bytes) ? 'it begins like one' : null;
    case 'need-more':
      if (read.atLeast <= bytes.length) return `asks for ${read.atLeast} bytes`;
      return read.atLeast > PROXY_V2_BYTES_MAX ? `asks for ${read.atLeast} bytes` : null;
    case 'invalid':
      if (read.why.length > 600 || /\p{C}/u.test(read.why)) return read.why;
      return beginsLikeOne(bytes) ? null : 'it does not begin like one';
    case 'header':
      return wrongHeader(bytes, read);
  }
}

function wrongHeader(bytes: Uint8Array, { header, length }: ProxyRead & { kind: 'header' }): string | null {
  if (length > bytes.length) return 'longer than what was there';
  if (length > (header.version === 1 ? PROXY_V1_BYTES_MAX : PROXY_V2_BYTES_MAX))
    return 'longer than it may be';
  if ((header.source === null) !== (header.destination === null)) return 'one address of two';
  if ((header.source === null) !== (header.transport === 'unspecified'))
    return 'a transport without addresses';
  if (header.command === 'local' && header.source !== null) return 'LOCAL with addresses';
  const { others, ssl, uniqueId } = header.tlvs;
  const kept =
    sizeOf(others) +
    sizeOf(ssl?.others ?? []) +
    (uniqueId?.length ?? 0) +
    (ssl?.clientCertificate?.length ?? 0);
  return kept > length ? `keeps ${kept} bytes of ${length}` : null;
}

function wrongForm(read: ProxyRead): string | null {
  if (read.kind !== 'header') return null;
  const texts = Object.values(formatProxyHeader(read.header));
  return texts.some((text) => /\p{C}/u.test(text)) ? 'not printable' : null;
}

function sizeOf(tlvs: readonly ProxyTlv[]): number {
  return tlvs.reduce((sum, { value }) => sum + value.length, 0);
}

/** Bytes outside of the heap of objects that reading takes; less than nothing where some were collected meanwhile. */
function allocatedBy(bytes: Uint8Array): number {
  const before = process.memoryUsage().arrayBuffers;
  readProxyHeader(bytes);
  return process.memoryUsage().arrayBuffers - before;
}
