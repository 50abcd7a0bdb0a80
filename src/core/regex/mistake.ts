/** What makes a regular expression unusable; the message says what is wrong with it. */
export class RegexMistake extends Error {
  override readonly name: string = 'RegexMistake';
}
