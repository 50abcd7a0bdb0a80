import type { PatternPlan } from '../core/health-plan.ts';
import { ACCEPTED, type Automaton, compileAutomaton, DEAD } from '../core/regex/automaton.ts';
import { RegexMistake } from '../core/regex/mistake.ts';
import { parseRegex } from '../core/regex/parse.ts';
import { bytesOfHex, bytesOfText, findAll } from './bytes.ts';
import { MORE, type Reader } from './dialogue.ts';
import { shown } from './shown.ts';

/** What an answer is compared with. */
export interface Pattern {
  /** For messages: `"+PONG"`, `50 49`, `/^220 /`. */
  readonly expected: string;
  /** A reader that takes everything up to the end of what the pattern matches first. */
  readonly listen: () => Reader;
}

/** Throws a SyntaxError, by `mistakeInRegex`, where a regular expression cannot be used. */
export function patternOf(plan: PatternPlan): Pattern {
  if ('text' in plan) return literal(bytesOfText(plan.text), null);
  if ('hex' in plan) return literal(bytesOfHex(plan.hex), plan.hex);
  const { regex } = plan;
  const automaton = compileRegex(regex);
  const expected = `/${regex}/`;
  return { expected, listen: () => regexReader(automaton, expected) };
}

/** Why a regular expression of a probe cannot be used; null where it can. */
export function mistakeInRegex(regex: string): string | null {
  try {
    compileRegex(regex);
    return null;
  } catch (error) {
    if (error instanceof SyntaxError) return error.message;
    throw error;
  }
}

function literal(needle: Uint8Array, hex: string | null): Pattern {
  const said = shown(needle);
  return {
    expected: hex ?? said,
    listen: () => (bytes, fresh) => {
      const at = findAll(bytes, needle, fresh - needle.length + 1);
      return at < 0 ? MORE : { kind: 'good', bytes: at + needle.length, said: `answered ${hex ?? said}` };
    },
  };
}

function regexReader(automaton: Automaton, expected: string): Reader {
  let state = 0;
  return (bytes, fresh) => {
    for (let at = fresh; at < bytes.length; at++) {
      state = automaton.next(state, bytes[at] as number);
      if (state === ACCEPTED) {
        const end = at + 1;
        return { kind: 'good', bytes: end, said: `answered ${shown(bytes.subarray(0, end))}` };
      }
      if (state === DEAD) return { kind: 'bad', cause: `expected ${expected}, got ${shown(bytes)}` };
    }
    return MORE;
  };
}

/** `^` fixes it to the first byte; without, it may begin anywhere. */
function compileRegex(regex: string): Automaton {
  const [, flag = '', body = ''] = /^(\(\?i\))?(.*)$/s.exec(regex) ?? [];
  try {
    // By itself first: a message tells the place in the text as it was written.
    const alone = parseRegex(regex);
    return compileAutomaton(body.startsWith('^') ? alone : parseRegex(`${flag}.*(?:${body})`));
  } catch (error) {
    if (error instanceof RegexMistake) throw new SyntaxError(inOurWords(error.message));
    throw error;
  }
}

/** The mistakes are worded for rules that clients are recognised by. */
function inOurWords(message: string): string {
  return message
    .replace(/^`regex`,? ?/, '')
    .replace('a client that has sent nothing', 'an answer without a byte');
}
