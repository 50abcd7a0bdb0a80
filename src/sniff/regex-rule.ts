import { ACCEPTED, compileAutomaton, DEAD } from '../core/regex/automaton.ts';
import { parseRegex } from '../core/regex/parse.ts';
import type { Protocol } from '../core/sniffed.ts';
import { NO_MATCH, needMore, type Sniffer } from './sniffer.ts';

/** `resume` is this many times the state of the automaton, plus how many bytes have led it there. */
const STATE = 2 ** 13;

/**
 * The sniffer of a rule with `regex`, which may look at `bytesMax` bytes. It takes one step for each byte, says no with
 * the first byte after which nothing can match any more, and matches with the first after which something has. Throws a
 * RegexMistake.
 */
export function compileRegexRule(protocol: Protocol, regex: string, bytesMax: number): Sniffer {
  const automaton = compileAutomaton(parseRegex(regex));
  return function sniffRegexRule(bytes, resume = 0) {
    const end = Math.min(bytes.length, bytesMax);
    let state = Math.floor(resume / STATE);
    for (let at = resume % STATE; at < end; at++) {
      state = automaton.next(state, bytes[at] as number);
      if (state === DEAD) return NO_MATCH;
      if (state === ACCEPTED) return { kind: 'match', sniffed: { protocol } };
    }
    return end === bytesMax ? NO_MATCH : needMore(end + 1, state * STATE + end);
  };
}
