import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ProtocolRulePlan } from '../../src/core/sniffed.ts';
import { compileRules, mistakeOf, RULES_MAX, type Sniffer } from '../../src/sniff/index.ts';
import { bytesOf } from './client-hellos.ts';
import { expectFinalAndExact } from './walk.ts';

function snifferOf(rule: Omit<ProtocolRulePlan, 'name'>): Sniffer {
  return compileRules([{ name: 'mine', ...rule }])[0]?.sniffer as Sniffer;
}

describe('a rule in hex', () => {
  test('matches with its last byte, and says no with the first that is another', () => {
    const sniffer = snifferOf({ hex: '05 01 ?? 0a', offset: 2 });
    expect(expectFinalAndExact(sniffer, bytesOf('xx', 5, 1, 99, 10, 0))).toMatchObject({
      kind: 'match',
      sniffed: { protocol: 'mine' },
    });
    expect(sniffer(bytesOf('xx', 5, 1, 99))).toMatchObject({ kind: 'need-more', atLeast: 6 });
    expect(sniffer(bytesOf('xx', 5, 2)).kind).toBe('no-match');
    expect(sniffer(bytesOf())).toMatchObject({ atLeast: 3 });
  });
});

describe('a rule with a regular expression', () => {
  test.each([
    ['^\\x02[a-z]+\\n', bytesOf(2, 'abc\n'), 'match'],
    ['\\x02[a-z]+', bytesOf(2, 'A'), 'no-match'],
    ['\\x02[a-z]+', bytesOf(2), 'need-more'],
    ['(?i)hello|bye', bytesOf('HeLL'), 'need-more'],
    ['(?i)hello|bye', bytesOf('BYE'), 'match'],
    ['.{3}x', bytesOf(0, 10, 255, 'x'), 'match'],
    ['[^\\d\\-]', bytesOf('-'), 'no-match'],
    ['a{2,3}?b', bytesOf('aab'), 'match'],
    ['\u00ff', bytesOf(255), 'match'],
  ])('%j on %j is %s', (regex, bytes, kind) => {
    expect(expectFinalAndExact(snifferOf({ regex }), bytes).kind).toBe(kind);
  });

  test('looks at no more bytes than it may', () => {
    const sniffer = snifferOf({ regex: '.*!', bytes: 4 });
    expect(sniffer(bytesOf('abc')).kind).toBe('need-more');
    expect(sniffer(bytesOf('abc!')).kind).toBe('match');
    expect(sniffer(bytesOf('abcd!')).kind).toBe('no-match');
  });

  test('matches what the expressions of JavaScript match', () => {
    const { regex } = fc.letrec<{ regex: string }>((tie) => ({
      regex: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '\\x01', '\\d', '\\W'),
        fc.tuple(tie('regex'), tie('regex')).map(([a, b]) => a + b),
        fc.tuple(tie('regex'), tie('regex')).map(([a, b]) => `(?:${a}|${b})`),
        fc.tuple(tie('regex'), fc.constantFrom('*', '+', '?', '{2}', '{0,2}')).map(([a, q]) => `(${a})${q}`),
      ),
    }));
    const bytes = fc.array(fc.constantFrom(0x61, 0x62, 0x01, 0x31, 0xff), { maxLength: 8 });
    fc.assert(
      fc.property(regex, bytes, (pattern, list) => {
        const javascript = new RegExp(`^(?:${pattern})`, 's');
        fc.pre(!javascript.test(''));
        const answer = expectFinalAndExact(snifferOf({ regex: pattern }), Uint8Array.from(list)).kind;
        expect(answer === 'match').toBe(javascript.test(String.fromCharCode(...list)));
      }),
      { numRuns: 2000 },
    );
  });

  test('that would have a backtracking engine hang takes one step for each byte', () => {
    const sniffer = snifferOf({ regex: '(a+)+b', bytes: 4096 });
    const bytes = bytesOf('a'.repeat(4095));
    expect(sniffer(bytes)).toMatchObject({ kind: 'need-more', atLeast: 4096 });
    expect(sniffer(bytesOf(bytes, 'c')).kind).toBe('no-match');
  });
});

describe('a rule that cannot be used', () => {
  test.each([
    [{ name: 'tls', hex: '00' }, 'is the name of a known protocol'],
    [{ name: 'x' }, 'needs either `hex` or `regex`, and not both'],
    [{ name: 'x', hex: '00', regex: 'a' }, 'needs either `hex` or `regex`, and not both'],
    [{ name: 'x', hex: '0' }, '`hex` must be pairs of hex digits, or `??` for any byte'],
    [{ name: 'x', hex: '?? ??' }, '`hex` names no byte that is not `??`'],
    [{ name: 'x', hex: '00', offset: 4096 }, 'looks at 4097 bytes, at most 4096'],
    [{ name: 'x', hex: '00', bytes: 1 }, '`bytes` goes with `regex` alone'],
    [{ name: 'x', regex: 'a', offset: 1 }, '`offset` goes with `hex` alone'],
    [{ name: 'x', regex: 'a', bytes: 0 }, '`bytes` must be a whole number from 1 to 4096'],
    [{ name: 'x', regex: 'a*' }, '`regex` matches a client that has sent nothing'],
    [{ name: 'x', regex: 'a$' }, '`regex`, character 2: `$` is not supported here'],
    [{ name: 'x', regex: 'a\\b' }, '`regex`, character 2: `\\` begins an escape that is not supported'],
    [{ name: 'x', regex: '(a)\\1' }, '`regex`, character 4: `\\` begins an escape that is not supported'],
    [{ name: 'x', regex: '(?=a)' }, '`regex`, character 2: `?` is not supported behind `(`'],
    [{ name: 'x', regex: '(a' }, '`regex`, character 1: `(` is never closed'],
    [{ name: 'x', regex: 'a)' }, '`regex`, character 2: `)` closes nothing'],
    [{ name: 'x', regex: '[a' }, '`regex`, character 1: `[` is never closed'],
    [
      { name: 'x', regex: '[b-a]' },
      '`regex`, character 1: `[` has a range in it that does not go from low to high',
    ],
    [{ name: 'x', regex: '[]' }, '`regex`, character 1: `[` has nothing in it'],
    [{ name: 'x', regex: '*a' }, '`regex`, character 1: `*` repeats nothing'],
    [{ name: 'x', regex: 'a**' }, '`regex`, character 3: `*` repeats what is repeated already'],
    [{ name: 'x', regex: '\u20ac' }, '`regex`, character 1: `\u20ac` is no byte of latin1'],
    [{ name: 'x', regex: '.*a.{20}' }, '`regex` is too complicated: it counts too far'],
    [{ name: 'x', regex: '((a{100}){100}){100}' }, '`regex` is too long with all its repetitions'],
    [
      { name: 'x', regex: `${'('.repeat(40)}a${')'.repeat(40)}` },
      '`regex`, character 33: `(` is nested more than 32 deep',
    ],
  ])('%j is refused: %s', (rule, message) => {
    expect(mistakeOf(rule)).toBe(message);
  });

  test('is one more than there may be', () => {
    const rules = Array.from({ length: RULES_MAX + 1 }, () => ({ name: 'x', hex: '00' }));
    expect(compileRules(rules.slice(1))).toHaveLength(RULES_MAX);
    expect(() => compileRules(rules)).toThrow(`there are ${RULES_MAX + 1} rules, at most ${RULES_MAX}`);
  });

  test('and no other text makes anything but a mistake', () => {
    const signs = fc.string({ unit: fc.constantFrom(...'ab().*+?{}[]^$|\\-,019xdW:'), maxLength: 20 });
    fc.assert(
      fc.property(signs, (regex) => {
        const mistake = mistakeOf({ name: 'x', regex });
        if (mistake === null) snifferOf({ regex })(bytesOf('ab'));
      }),
      { numRuns: 5000 },
    );
  });
});
