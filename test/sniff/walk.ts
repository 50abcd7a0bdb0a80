import { expect } from 'vitest';
import { NO_MATCH, SNIFF_BYTES_MAX, type Sniffer, type Verdict } from '../../src/sniff/sniffer.ts';

/**
 * Feeds a sniffer every prefix, from no byte to all. Checks that it asks for more only before it has decided, that a
 * decision stands for all longer prefixes, and that the answer never changes before the bytes it asked for are there.
 * Returns the last verdict.
 */
export function expectFinalAndExact(sniffer: Sniffer, bytes: Uint8Array): Verdict {
  let last: Verdict = { kind: 'need-more', atLeast: 0 };
  for (let length = 0; length <= bytes.length; length++) {
    const verdict = sniffer(bytes.subarray(0, length));
    if (verdict.kind === 'need-more') {
      if (last.kind !== 'need-more') expect.fail(`undecided at ${length} after it was ${last.kind}`);
      if (verdict.atLeast <= length) expect.fail(`asks for ${verdict.atLeast} bytes with ${length} there`);
      if (verdict.atLeast > SNIFF_BYTES_MAX) expect.fail(`asks for ${verdict.atLeast} bytes`);
      if (length < last.atLeast && verdict.atLeast !== last.atLeast)
        expect.fail(`asked for ${last.atLeast} bytes, then at ${length} for ${verdict.atLeast}`);
    } else if (last.kind === 'need-more') {
      if (length < last.atLeast)
        expect.fail(`asked for ${last.atLeast} bytes and was ${verdict.kind} at ${length}`);
    } else if (verdict !== NO_MATCH || last !== NO_MATCH) expect(verdict, `at ${length}`).toEqual(last);
    last = verdict;
  }
  return last;
}
