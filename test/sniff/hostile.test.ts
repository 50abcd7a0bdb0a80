import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SNIFF_BYTES_MAX, SNIFFERS, type Sniffer, sniff } from '../../src/sniff/index.ts';
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
  test('600,000 times random bytes get an answer from every sniffer, and at most one matches', () => {
    const random = randomBytes(1);
    for (let i = 0; i < 600_000; i++) sane(random(1 + (i % 40)));
  });

  test('300,000 times random bytes behind the beginning of a sample get an answer', () => {
    const random = randomBytes(2);
    for (let i = 0; i < 300_000; i++) {
      const sample = SMALL[i % SMALL.length] as Uint8Array;
      const kept = (random(1)[0] as number) % Math.min(sample.length, 64);
      sane(bytesOf(sample.subarray(0, kept), random(1 + (i % 30))));
    }
  });

  test('real beginnings, changed 100,000 times, get an answer', () => {
    fc.assert(fc.property(mutated, sane), { numRuns: 100_000 });
  });

  test('the answer is the same however the bytes are cut', () => {
    const short = mutated.filter(({ length }) => length < 400);
    const agree = (bytes: Uint8Array): void => {
      for (const sniffer of ALL) expectFinalAndExact(sniffer, bytes);
    };
    fc.assert(fc.property(short, agree), { numRuns: 2000 });
  });

  test('the answer comes at the limit of sniffing, if not before', () => {
    const long = fc.tuple(mutated, fc.nat(255)).map(([beginning, filler]) => {
      const bytes = new Uint8Array(SNIFF_BYTES_MAX).fill(filler);
      bytes.set(beginning);
      return bytes;
    });
    const decided = (bytes: Uint8Array): boolean => !sniff(bytes, false).open;
    fc.assert(fc.property(long, decided), { numRuns: 1000 });
  });
});

/** Every sniffer answers within its contract; where one matches, no other is still in question. */
function sane(bytes: Uint8Array): void {
  let matches = 0;
  let isOpen = false;
  let refused = 0;
  for (const sniffer of ALL) {
    const verdict = sniffer(bytes);
    if (verdict.kind === 'no-match') {
      refused++;
      continue;
    }
    if (verdict.kind === 'match') matches++;
    if (verdict.atLeast === undefined) continue;
    isOpen = true;
    if (verdict.atLeast <= bytes.length) expect.fail(`asks for no more: ${hex(bytes)}`);
  }
  if (matches > 0 && refused !== ALL.length - 1) expect.fail(`two claim the same bytes: ${hex(bytes)}`);
  if (sniff(bytes, false).open !== isOpen) expect.fail(`all of them together disagree: ${hex(bytes)}`);
  if (sniff(bytes, true).open) expect.fail(`undecided at the end: ${hex(bytes)}`);
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** Bytes that are the same in every run, most of them such as lengths and versions are made of. */
function randomBytes(seed: number): (length: number) => Uint8Array {
  const likely = [
    0, 0, 0, 0, 1, 1, 2, 3, 4, 5, 0x10, 0x16, 0x20, 0x30, 0x38, 0x50, 0x0d, 0x0a, 0x7f, 0x80, 0xff,
  ];
  let state = seed;
  const next = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 8;
  };
  return (length) =>
    Uint8Array.from({ length }, () =>
      next() % 3 === 0 ? next() & 255 : (likely[next() % likely.length] as number),
    );
}

function changed(bytes: Uint8Array, { at, how, value }: Change): Uint8Array {
  const place = at % Math.max(1, bytes.length);
  if (how === 'cut') return bytes.slice(0, place);
  if (how === 'insert') return bytesOf(bytes.subarray(0, place), value, bytes.subarray(place));
  if (how === 'remove') return bytesOf(bytes.subarray(0, place), bytes.subarray(place + 1));
  const copy = Uint8Array.from(bytes);
  if (copy.length > 0) copy[place] = value;
  return copy;
}
