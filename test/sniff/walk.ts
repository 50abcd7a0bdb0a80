import { expect } from 'vitest';
import { SNIFF_BYTES_MAX, type Sniffer, type Verdict } from '../../src/sniff/sniffer.ts';

/** A verdict without what only says how to go on. */
export function answerOf(verdict: Verdict): object {
  return verdict.kind === 'match' ? { kind: verdict.kind, sniffed: verdict.sniffed } : { kind: verdict.kind };
}

/**
 * Feeds a sniffer every prefix, from no byte to all. Checks that it asks for more only before it has decided, that a
 * decision stands for all longer prefixes, that a match only gains fields and only where it said so, that the answer
 * never changes before the bytes it asked for are there, and that it is the same for one who passes `resume` on.
 * Returns the last verdict.
 */
export function expectFinalAndExact(sniffer: Sniffer, bytes: Uint8Array): Verdict {
  let last: Verdict = { kind: 'need-more', atLeast: 0 };
  let resumed: Verdict = last;
  for (let length = 0; length <= bytes.length; length++) {
    const seen = bytes.subarray(0, length);
    const verdict = sniffer(seen);
    expectToFollow(last, verdict, length);
    if (isAskedAt(resumed, length)) resumed = sniffer(seen, resumeOf(resumed));
    if (resumed.kind !== verdict.kind) expect.fail(`${resumed.kind} instead of ${verdict.kind} at ${length}`);
    if (verdict.kind === 'match') expect(answerOf(resumed), `at ${length}`).toEqual(answerOf(verdict));
    last = verdict;
  }
  return last;
}

/** Whether a sniffer that said this is asked again when so many bytes are there. */
function isAskedAt(verdict: Verdict, length: number): boolean {
  return verdict.kind !== 'no-match' && verdict.atLeast !== undefined && verdict.atLeast <= length;
}

function resumeOf(verdict: Verdict): number | undefined {
  return verdict.kind === 'no-match' ? undefined : verdict.resume;
}

function expectToFollow(last: Verdict, verdict: Verdict, length: number): void {
  if (last.kind !== 'need-more' && verdict.kind !== last.kind)
    expect.fail(`${verdict.kind} at ${length} after it was ${last.kind}`);
  if (verdict.kind !== 'no-match' && verdict.atLeast !== undefined) {
    if (verdict.atLeast <= length) expect.fail(`asks for ${verdict.atLeast} bytes with ${length} there`);
    if (verdict.atLeast > SNIFF_BYTES_MAX) expect.fail(`asks for ${verdict.atLeast} bytes`);
  }
  if (last.kind === 'no-match') return;
  if (last.kind === 'match' && verdict.kind === 'match')
    expect(verdict.sniffed, `at ${length}`).toMatchObject(last.sniffed);
  if (last.atLeast === undefined || length < last.atLeast) {
    const isSame =
      verdict.kind !== 'no-match' && verdict.kind === last.kind && verdict.atLeast === last.atLeast;
    if (!isSame) expect.fail(`asked for ${last.atLeast} bytes and changed at ${length}`);
    if (last.kind === 'match') expect(answerOf(verdict), `at ${length}`).toEqual(answerOf(last));
  }
}
