import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ByteWriter } from '../../src/core/byte-writer.ts';
import {
  decodeFact,
  encodeFact,
  FACT_ATTEMPTS_MAX,
  FACT_BYTES_MAX,
  FACT_ERROR_BYTES_MAX,
  FACT_MESSAGE_BYTES_MAX,
  FACT_TEXT_BYTES_MAX,
  FACT_VISITS_MAX,
} from '../../src/core/fact-codec.ts';
import type { ClosedFact, ErrorFact, Fact } from '../../src/core/facts.ts';
import { anyFact } from './any-fact.ts';
import { closedFact, errorFact } from './facts.ts';

function encoded(fact: Fact): Uint8Array {
  const bytes = new Uint8Array(FACT_BYTES_MAX);
  return bytes.subarray(0, encodeFact(fact, new ByteWriter(bytes), 0, bytes.length));
}

function passed<F extends Fact>(fact: F): F {
  return decodeFact(encoded(fact)) as F;
}

describe('a fact as bytes', () => {
  test('comes back as it was, to the last bit of every number and the last unit of every text', () => {
    fc.assert(
      fc.property(anyFact, fc.integer({ min: 0, max: 9 }), (fact, at) => {
        const bytes = new Uint8Array(new SharedArrayBuffer(FACT_BYTES_MAX + 20)).fill(0xaa);
        const length = encodeFact(fact, new ByteWriter(bytes), at, bytes.length);
        expect(length).toBeGreaterThan(0);
        expect(decodeFact(bytes.subarray(at, at + length))).toStrictEqual(fact);
      }),
      { numRuns: 1000 },
    );
  });

  test('takes exactly the room it says, is refused where there is one byte less, and touches nothing outside', () => {
    fc.assert(
      fc.property(anyFact, (fact) => {
        const { length } = encoded(fact);
        const bytes = new Uint8Array(length + 20).fill(0xaa);
        const writer = new ByteWriter(bytes);
        expect(encodeFact(fact, writer, 10, 10 + length - 1)).toBe(-1);
        expect(bytes[10 + length - 1]).toBe(0xaa);
        expect(encodeFact(fact, writer, 10, 10 + length)).toBe(length);
        const outside = [...bytes.subarray(0, 10), ...bytes.subarray(10 + length)];
        expect(outside).toEqual(new Array(20).fill(0xaa));
      }),
      { numRuns: 300 },
    );
  });

  test('is refused at any end that is too near, also one before its beginning or behind the bytes', () => {
    const fact = closedFact();
    const { length } = encoded(fact);
    const writer = new ByteWriter(new Uint8Array(length - 1));
    for (let end = -5; end < length + 5; end++) expect(encodeFact(fact, writer, 0, end)).toBe(-1);
  });
});

describe('what the kernel knew of the legs, as bytes', () => {
  const leg = { rttUs: 2 ** 32 - 1, rttVarUs: 7, retransmits: 2 ** 32 - 1, deliveryRate: 2 ** 53 - 1 };

  test.each([
    ['both legs', { clientTcp: leg, backendTcp: { ...leg, rttVarUs: 8 } }],
    ['the client alone', { clientTcp: leg, backendTcp: null }],
    ['the backend alone', { clientTcp: null, backendTcp: leg }],
    ['none', { clientTcp: null, backendTcp: null }],
  ])('comes back where %s is known', (_name, legs) => {
    expect(passed(closedFact(legs))).toStrictEqual(closedFact(legs));
  });
});

describe('the limits of a fact', () => {
  test('the largest one fits', () => {
    const long = '\u{1f600}'.repeat(FACT_BYTES_MAX);
    const attempt = { backend: 1, from: 1, to: 2, error: long };
    const visit = { state: 'dialing', from: 1, to: 2 } as const;
    const fact = closedFact({
      client: long,
      local: long,
      sni: long,
      route: long,
      traceId: long,
      attempts: new Array(1000).fill(attempt),
      clientTcp: { rttUs: 1, rttVarUs: 2, retransmits: 3, deliveryRate: 4 },
      backendTcp: { rttUs: 1, rttVarUs: 2, retransmits: 3, deliveryRate: 4 },
      visits: new Array(1000).fill(visit),
    });
    expect(encoded(fact).length).toBeGreaterThan(FACT_BYTES_MAX / 2);
    const { length } = encoded({
      kind: 'stage',
      at: 1,
      connection: 1,
      traceId: long,
      stage: long,
      message: long,
    });
    expect(length).toBeGreaterThan(FACT_MESSAGE_BYTES_MAX);
  });

  test.each([
    ['of one byte each', 'x', FACT_TEXT_BYTES_MAX],
    ['of one unit each', '\u20ac', FACT_TEXT_BYTES_MAX / 2],
    ['of two units each', '\u{1f600}', FACT_TEXT_BYTES_MAX / 4],
  ])('a text of characters %s is cut at its limit', (_name, character, count) => {
    expect(passed(closedFact({ sni: character.repeat(count) })).sni).toBe(character.repeat(count));
    expect(passed(closedFact({ sni: character.repeat(count + 1) })).sni).toBe(character.repeat(count));
  });

  test('a character of two units is left out whole where only one would fit', () => {
    const sni = `\u20ac${'\u{1f600}'.repeat(FACT_TEXT_BYTES_MAX / 4)}`;
    expect(passed(closedFact({ sni })).sni).toBe(sni.slice(0, -2));
  });

  test('messages and the errors of attempts have limits of their own', () => {
    const long = 'x'.repeat(FACT_BYTES_MAX);
    expect(passed<ErrorFact>(errorFact(long)).message).toHaveLength(FACT_MESSAGE_BYTES_MAX);
    const attempts = [{ backend: 1, from: 1, to: 2, error: long }];
    expect(passed(closedFact({ attempts })).attempts[0]?.error).toHaveLength(FACT_ERROR_BYTES_MAX);
  });

  test('of too many visits and attempts the first and the last are kept', () => {
    const visits = Array.from({ length: FACT_VISITS_MAX + 100 }, (_, from) => ({
      state: 'dialing' as const,
      from,
      to: from + 1,
    }));
    const attempts = visits
      .slice(0, FACT_ATTEMPTS_MAX + 1)
      .map(({ from, to }) => ({ backend: from, from, to, error: '' }));
    const fact = passed<ClosedFact>(closedFact({ visits, attempts }));
    const half = FACT_VISITS_MAX / 2;
    expect(fact.visits).toEqual([...visits.slice(0, half), ...visits.slice(-half)]);
    const halfOfAttempts = FACT_ATTEMPTS_MAX / 2;
    expect(fact.attempts).toEqual([...attempts.slice(0, halfOfAttempts), ...attempts.slice(-halfOfAttempts)]);
  });
});

describe('bytes that are no fact', () => {
  test('are refused by an error that says where, or read as some fact, whatever they are', () => {
    const isReadOrRefused = (bytes: Uint8Array): boolean => {
      try {
        return typeof decodeFact(bytes).kind === 'string';
      } catch (error) {
        return error instanceof RangeError && /damaged at byte \d+ of \d+: /.test(error.message);
      }
    };
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), isReadOrRefused), { numRuns: 2000 });
    const change = fc.record({ at: fc.nat(), to: fc.integer({ min: 0, max: 255 }) });
    fc.assert(
      fc.property(anyFact, fc.array(change, { minLength: 1, maxLength: 4 }), (fact, changes) => {
        const bytes = encoded(fact);
        for (const { at, to } of changes) bytes[at % bytes.length] = to;
        return isReadOrRefused(bytes);
      }),
      { numRuns: 2000 },
    );
  });

  test('a fact cut short anywhere is refused, and so is one with bytes behind it', () => {
    const bytes = encoded(closedFact({ attempts: [{ backend: 1, from: 1, to: 2, error: 'timeout' }] }));
    for (let length = 0; length < bytes.length; length++)
      expect(() => decodeFact(bytes.subarray(0, length))).toThrow(RangeError);
    const longer = new Uint8Array(bytes.length + 1);
    longer.set(bytes);
    expect(() => decodeFact(longer)).toThrow(
      `damaged at byte ${bytes.length} of ${longer.length}: 1 bytes too many`,
    );
  });

  test.each([
    ['an unknown kind', 0, 99, '99 where a number below 11 belongs'],
    ['a connection that is neither there nor absent', 9, 2, '2 where a number below 2 belongs'],
  ])('%s is refused', (_name, at, to, message) => {
    const bytes = encoded(errorFact('x'));
    bytes[at] = to;
    expect(() => decodeFact(bytes)).toThrow(message);
  });

  test('a text that may not be null is refused where it is null', () => {
    const bytes = encoded(errorFact(''));
    bytes.fill(0xff, bytes.length - 2);
    expect(() => decodeFact(bytes)).toThrow('null in the place of a text');
  });

  test('a number of attempts beyond the limit is refused before they are read', () => {
    const bytes = encoded(closedFact({ attempts: [{ backend: 0x04030201, from: 1, to: 2, error: '' }] }));
    const attempt = Buffer.from(bytes).indexOf(Buffer.from([1, 2, 3, 4]));
    bytes[attempt - 1] = FACT_ATTEMPTS_MAX + 1;
    expect(() => decodeFact(bytes)).toThrow(`${FACT_ATTEMPTS_MAX + 1} entries, at most ${FACT_ATTEMPTS_MAX}`);
  });
});
