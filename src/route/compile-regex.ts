/** Characters of a subject that are looked at: a host name has no more. RFC 1035, 2.3.4. */
export const REGEX_SUBJECT_CHARACTERS_MAX = 253;

/** Characters that an expression may have. */
export const REGEX_CHARACTERS_MAX = 512;

/**
 * A regular expression (the text between the slashes) as a predicate; it may hold for any part of the subject, and case
 * does not matter. A subject longer than REGEX_SUBJECT_CHARACTERS_MAX is refused unread. Throws a SyntaxError where the
 * text is no regular expression; never afterwards.
 */
export function compileRegex(text: string): (subject: string) => boolean {
  if (text.length > REGEX_CHARACTERS_MAX)
    throw new SyntaxError(`more than ${REGEX_CHARACTERS_MAX} characters`);
  const expression = compiled(text);
  return (subject) => subject.length <= REGEX_SUBJECT_CHARACTERS_MAX && expression.test(subject);
}

function compiled(text: string): RegExp {
  try {
    return new RegExp(text, 'iu');
  } catch (error) {
    throw new SyntaxError((error as Error).message.replace(/^.*: /s, ''));
  }
}
