import { expect } from 'vitest';
import type { ProxyHeader, ProxyTlvs } from '../../src/core/proxy-header.ts';
import { type ProxyRead, readProxyHeader } from '../../src/proxy-protocol/index.ts';
import { SIGNATURE } from './bytes.ts';

/** The header that all of the bytes are, whatever comes behind them. */
export function headerOf(bytes: Uint8Array): ProxyHeader {
  const read = readProxyHeader(bytes);
  if (read.kind !== 'header') expect.fail(`${read.kind} ${'why' in read ? read.why : ''}`);
  expect(read.length).toBe(bytes.length);
  const longer = new Uint8Array(bytes.length + 3).fill(0x20);
  longer.set(bytes);
  expect(readProxyHeader(longer)).toEqual(read);
  return read.header;
}

export function tlvsOf(bytes: Uint8Array): ProxyTlvs {
  return headerOf(bytes).tlvs;
}

/** What is wrong with the bytes. */
export function whyNot(bytes: Uint8Array): string {
  const read = readProxyHeader(bytes);
  if (read.kind !== 'invalid') expect.fail(`${read.kind}, not invalid`);
  expect(read.why).toMatch(/^[^\p{C}]{10,600}$/u);
  return read.why;
}

/**
 * Feeds every prefix, from no byte to all. Checks that more is asked for only before the answer, that an answer stands
 * for all longer prefixes, and that it never comes before the bytes that were asked for are there. Returns the last.
 */
export function expectFinalAndExact(bytes: Uint8Array): ProxyRead {
  let last: ProxyRead = { kind: 'need-more', atLeast: 0 };
  for (let length = 0; length <= bytes.length; length++) {
    const read = readProxyHeader(bytes.subarray(0, length));
    if (read.kind === 'need-more') {
      if (last.kind !== 'need-more') expect.fail(`undecided at ${length} after it was ${last.kind}`);
      if (read.atLeast <= length) expect.fail(`asks for ${read.atLeast} bytes with ${length} there`);
      if (length < last.atLeast && read.atLeast !== last.atLeast)
        expect.fail(`asked for ${last.atLeast} bytes, then at ${length} for ${read.atLeast}`);
    } else if (last.kind === 'need-more') {
      if (length < last.atLeast)
        expect.fail(`asked for ${last.atLeast} bytes and was ${read.kind} at ${length}`);
    } else expect(read, `at ${length}`).toEqual(last);
    last = read;
  }
  return last;
}

/** Whether bytes begin as a header of either version does; the shorter of the two decides. */
export function beginsLikeOne(bytes: Uint8Array): boolean {
  return [SIGNATURE, Uint8Array.from('PROXY', (c) => c.charCodeAt(0))].some((signature) =>
    bytes.subarray(0, signature.length).every((byte, i) => byte === signature[i]),
  );
}
