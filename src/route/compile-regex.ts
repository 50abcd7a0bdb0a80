import { ACCEPTED, compileAutomaton, DEAD } from '../core/regex/automaton.ts';
import { RegexMistake } from '../core/regex/mistake.ts';
import { parseRegex } from '../core/regex/parse.ts';

/** Characters of a subject that are looked at: a host name has no more. RFC 1035, 2.3.4. */
export const REGEX_SUBJECT_CHARACTERS_MAX = 253;

/** Characters that an expression may have. */
export const REGEX_CHARACTERS_MAX = 512;

/** Stands behind the subject, so that `$` is a character like any other. No host name has it. */
const END = 0;

/**
 * A regular expression (the text between the slashes) as a predicate; it may hold for any part of the subject, and case
 * does not matter. The syntax is that of `src/core/regex/parse.ts`, with `^` in front for the beginning of the subject and `$`
 * behind for its end. One step for each character, whatever the expression. A subject longer than
 * REGEX_SUBJECT_CHARACTERS_MAX is refused unread. Throws a SyntaxError where the text cannot be used; never afterwards.
 */
export function compileRegex(text: string): (subject: string) => boolean {
  if (text.length > REGEX_CHARACTERS_MAX)
    throw new SyntaxError(`more than ${REGEX_CHARACTERS_MAX} characters`);
  const automaton = compiled(text);
  return (subject) => {
    if (subject.length > REGEX_SUBJECT_CHARACTERS_MAX) return false;
    let state = 0;
    for (let at = 0; at <= subject.length; at++) {
      const code = at === subject.length ? END : subject.charCodeAt(at);
      state = automaton.next(state, code & 0xff);
      if (state === ACCEPTED) return true;
      if (state === DEAD) return false;
    }
    return false;
  };
}

function compiled(text: string) {
  const fromStart = text.startsWith('^');
  const toEnd = /(?<!\\)(?:\\\\)*\$$/.test(text);
  const body = text.slice(fromStart ? 1 : 0, toEnd ? -1 : undefined);
  try {
    // By itself first: a message tells the place in the text as it was written.
    parseRegex(body);
    return compileAutomaton(parseRegex(`(?i)${fromStart ? '' : '.*'}(?:${body})${toEnd ? '\\0' : ''}`));
  } catch (error) {
    if (error instanceof RegexMistake) throw new SyntaxError(error.message.replace(/^`regex`,? ?/, ''));
    throw error;
  }
}
