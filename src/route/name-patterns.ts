import { compileRegex } from './compile-regex.ts';

/**
 * The server or host names of a route, compiled so that a look-up costs a few hash probes, however many patterns there are;
 * regular expressions are asked after them, one by one. Each set holds what stands after the wildcard.
 */
export interface NamePatterns {
  readonly exact: ReadonlySet<string>;
  /** From `*.x`: one label before `x`. */
  readonly oneLabel: ReadonlySet<string>;
  /** From `**.x`: one label or more before `x`. */
  readonly anyLabels: ReadonlySet<string>;
  /** From `/…/`. */
  readonly expressions: readonly ((name: string) => boolean)[];
}

/**
 * Patterns in lower case and without a trailing dot. A `*` anywhere but in front is a character like any other. Throws a
 * SyntaxError where one is `/…/` and what is between the slashes is no regular expression.
 */
export function compileNames(patterns: readonly string[]): NamePatterns {
  const exact = new Set<string>();
  const oneLabel = new Set<string>();
  const anyLabels = new Set<string>();
  const expressions: ((name: string) => boolean)[] = [];
  for (const pattern of patterns) {
    if (isExpression(pattern)) expressions.push(compileRegex(pattern.slice(1, -1)));
    else if (pattern.startsWith('**.')) anyLabels.add(pattern.slice(3));
    else if (pattern.startsWith('*.')) oneLabel.add(pattern.slice(2));
    else exact.add(pattern);
  }
  return { exact, oneLabel, anyLabels, expressions };
}

/** Whether any of the patterns holds for a name. Its case and its trailing dot do not matter. */
export function matchesName(patterns: NamePatterns, name: string): boolean {
  const folded = fold(name);
  return matchesLabels(patterns, folded) || patterns.expressions.some((holds) => holds(folded));
}

function matchesLabels({ exact, oneLabel, anyLabels }: NamePatterns, name: string): boolean {
  if (exact.has(name)) return true;
  let dot = name.indexOf('.');
  if (dot < 0) return false;
  if (oneLabel.has(name.slice(dot + 1))) return true;
  if (anyLabels.size === 0) return false;
  for (; dot >= 0; dot = name.indexOf('.', dot + 1)) {
    if (anyLabels.has(name.slice(dot + 1))) return true;
  }
  return false;
}

function isExpression(pattern: string): boolean {
  return pattern.length > 2 && pattern.startsWith('/') && pattern.endsWith('/');
}

function fold(name: string): string {
  const lower = name.toLowerCase();
  return lower.endsWith('.') ? lower.slice(0, -1) : lower;
}
