export { type CompiledSniffers, compileSniffers } from './compile.ts';
export { RULE_BYTES_DEFAULT, RULE_BYTES_MAX, RuleMistake } from './rule-mistake.ts';
export { compileRules, mistakeOf, RULES_MAX } from './rules.ts';
export { sniff } from './sniff.ts';
export { type NamedSniffer, SNIFF_BYTES_MAX, type Sniffer, type Verdict } from './sniffer.ts';
export { Sniffing } from './sniffing.ts';
export { SNIFFERS } from './table.ts';
