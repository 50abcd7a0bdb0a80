import { RegexMistake } from '../core/regex/mistake.ts';
import { PROTOCOLS, type ProtocolRulePlan } from '../core/sniffed.ts';
import { compileHexRule } from './hex-rule.ts';
import { compileRegexRule } from './regex-rule.ts';
import { RULE_BYTES_DEFAULT, RULE_BYTES_MAX, RuleMistake } from './rule-mistake.ts';
import type { NamedSniffer, Sniffer } from './sniffer.ts';

/** Every client is compared with every rule until that says no. */
export const RULES_MAX = 64;

/** A sniffer for each rule, in their order. Throws a RegexMistake where one cannot be used: ask `mistakeOf` first. */
export function compileRules(rules: readonly ProtocolRulePlan[]): readonly NamedSniffer[] {
  if (rules.length > RULES_MAX)
    throw new RuleMistake(`there are ${rules.length} rules, at most ${RULES_MAX}`);
  return rules.map((rule) => ({ protocol: rule.name, sniffer: compileRule(rule), isRule: true }));
}

/** What is wrong with a rule, as a message without its name; null where it can be used. */
export function mistakeOf(rule: ProtocolRulePlan): string | null {
  try {
    compileRule(rule);
    return null;
  } catch (error) {
    if (error instanceof RegexMistake) return error.message;
    throw error;
  }
}

function compileRule({ name, hex, offset, regex, bytes }: ProtocolRulePlan): Sniffer {
  if ((PROTOCOLS as readonly string[]).includes(name))
    throw new RuleMistake('is the name of a known protocol');
  if ((hex === undefined) === (regex === undefined))
    throw new RuleMistake('needs either `hex` or `regex`, and not both');
  if (hex !== undefined && bytes !== undefined) throw new RuleMistake('`bytes` goes with `regex` alone');
  if (regex !== undefined && offset !== undefined) throw new RuleMistake('`offset` goes with `hex` alone');
  return regex === undefined
    ? compileHexRule(name, hex as string, within('offset', offset ?? 0, 0))
    : compileRegexRule(name, regex, within('bytes', bytes ?? RULE_BYTES_DEFAULT, 1));
}

function within(key: string, value: number, min: number): number {
  if (Number.isInteger(value) && value >= min && value <= RULE_BYTES_MAX) return value;
  throw new RuleMistake(`\`${key}\` must be a whole number from ${min} to ${RULE_BYTES_MAX}`);
}
