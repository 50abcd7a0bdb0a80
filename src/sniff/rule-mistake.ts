import { RegexMistake } from '../core/regex/mistake.ts';

/** What makes a rule of the config unusable; the message says what is wrong with it, without its name. */
export class RuleMistake extends RegexMistake {
  override readonly name = 'RuleMistake';
}

/** How many bytes a rule may look at, and how many a regex does where its rule does not say. */
export const RULE_BYTES_MAX = 4096;
export const RULE_BYTES_DEFAULT = 256;
