import type { Protocol } from '../core/sniffed.ts';
import { RULE_BYTES_MAX, RuleMistake } from './rule-mistake.ts';
import { NO_MATCH, needMore, type Sniffer } from './sniffer.ts';

/** In the place of a byte that may be any. */
const ANY = -1;

/** The sniffer of a rule with `hex`: these bytes, from `offset` on. Throws a RuleMistake. */
export function compileHexRule(protocol: Protocol, hex: string, offset: number): Sniffer {
  const wanted = parseHex(hex);
  const end = offset + wanted.length;
  if (end > RULE_BYTES_MAX) throw new RuleMistake(`looks at ${end} bytes, at most ${RULE_BYTES_MAX}`);
  return function sniffHexRule(bytes) {
    for (let at = offset; at < Math.min(bytes.length, end); at++) {
      const byte = wanted[at - offset];
      if (byte !== ANY && byte !== bytes[at]) return NO_MATCH;
    }
    if (bytes.length < end) return needMore(Math.max(bytes.length, offset) + 1);
    return { kind: 'match', sniffed: { protocol } };
  };
}

function parseHex(hex: string): readonly number[] {
  const digits = hex.replace(/\s/g, '');
  if (!/^(?:[0-9a-f]{2}|\?\?)+$/i.test(digits))
    throw new RuleMistake('`hex` must be pairs of hex digits, or `??` for any byte');
  const pairs = digits.match(/../g) as string[];
  if (pairs.every((pair) => pair === '??')) throw new RuleMistake('`hex` names no byte that is not `??`');
  return pairs.map((pair) => (pair === '??' ? ANY : Number.parseInt(pair, 16)));
}
