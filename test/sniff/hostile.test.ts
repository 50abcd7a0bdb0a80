import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SNIFF_BYTES_MAX, SNIFFERS, type Sniffer, sniff, type Verdict } from '../../src/sniff/index.ts';
import { bytesOf } from './client-hellos.ts';
import { ALL_SAMPLES } from './samples.ts';
import { expectFinalAndExact } from './walk.ts';

const ALL: readonly Sniffer[] = Object.values(SNIFFERS);
const SMALL = ALL_SAMPLES.map(({ bytes }) => bytes).filter(({ length }) => length < 2500);

/** What happens to the bytes at a place, which wraps. */
interface Change {
  readonly at: number;
  readonly how: 'set' | 'cut' | 'insert' | 'remove';
  readonly value: number;
}

const change: fc.Arbitrary<Change> = fc.record({
  at: fc.nat(2 ** 20),
  how: fc.constantFrom('set', 'set', 'cut', 'insert', 'remove'),
  value: fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 3, 0x16, 0x20, 0x40, 0xff)),
});
const changes = fc.array(change, { minLength: 1, maxLength: 4 });
const mutated = fc.tuple(fc.nat(SMALL.length - 1), changes).map(([which, list]) => {
  return list.reduce(changed, SMALL[which] as Uint8Array);
});

describe('whatever a client sends', () => {
  test('random bytes get an answer from every sniffer, and at most one matches', () => {
    const random = fc.uint8Array({ maxLength: 40 });
    fc.assert(fc.property(random, sane), { numRuns: 40_000 });
  });

  test('random bytes after the beginning of each protocol get an answer', () => {
    const beginnings = [bytesOf(22, 3, 1, 0, 60, 1, 0, 0, 56, 3, 3), bytesOf('GET /'), bytesOf('PRI * ')];
    const begun = fc
      .tuple(fc.constantFrom(...beginnings), fc.uint8Array({ maxLength: 80 }))
      .map(([first, rest]) => bytesOf(first, rest));
    fc.assert(fc.property(begun, sane), { numRuns: 20_000 });
  });

  test('real beginnings, changed, get an answer', () => {
    fc.assert(fc.property(mutated, sane), { numRuns: 50_000 });
  });

  test('the answer is the same however the bytes are cut', () => {
    const short = mutated.filter(({ length }) => length < 400);
    const agree = (bytes: Uint8Array): void => {
      for (const sniffer of ALL) expectFinalAndExact(sniffer, bytes);
    };
    fc.assert(fc.property(short, agree), { numRuns: 500 });
  });

  test('the answer comes at the limit of sniffing, if not before', () => {
    const long = fc.tuple(mutated, fc.nat(255)).map(([beginning, filler]) => {
      const bytes = new Uint8Array(SNIFF_BYTES_MAX).fill(filler);
      bytes.set(beginning);
      return bytes;
    });
    const decided = (bytes: Uint8Array): boolean => sniff(bytes, false).done;
    fc.assert(fc.property(long, decided), { numRuns: 1000 });
  });
});

/** Every sniffer answers within its contract; where one matches, no other is still in question. */
function sane(bytes: Uint8Array): void {
  const verdicts: readonly Verdict[] = ALL.map((sniffer) => sniffer(bytes));
  for (const verdict of verdicts) {
    if (verdict.kind === 'need-more' && verdict.atLeast <= bytes.length) expect.fail('asks for no more');
  }
  const matched = verdicts.some(({ kind }) => kind === 'match');
  const refused = verdicts.filter(({ kind }) => kind === 'no-match').length;
  if (matched && refused !== ALL.length - 1) expect.fail('two sniffers claim the same bytes');
  const result = sniff(bytes, false);
  if (result.done !== (matched || refused === ALL.length)) expect.fail('all of them together disagree');
  if (!sniff(bytes, true).done) expect.fail('undecided at the end');
}

function changed(bytes: Uint8Array, { at, how, value }: Change): Uint8Array {
  const place = at % Math.max(1, bytes.length);
  if (how === 'cut') return bytes.slice(0, place);
  if (how === 'insert') return bytesOf(bytes.subarray(0, place), value, bytes.subarray(place));
  if (how === 'remove') return bytesOf(bytes.subarray(0, place), bytes.subarray(place + 1));
  const copy = bytes.slice();
  if (copy.length > 0) copy[place] = value;
  return copy;
}
