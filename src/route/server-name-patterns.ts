/**
 * The server names of a route, compiled so that a look-up costs a few hash probes, however many patterns there are.
 * Each set holds what stands after the wildcard.
 */
export interface ServerNamePatterns {
  readonly exact: ReadonlySet<string>;
  /** From `*.x`: one label before `x`. */
  readonly oneLabel: ReadonlySet<string>;
  /** From `**.x`: one label or more before `x`. */
  readonly anyLabels: ReadonlySet<string>;
}

/** Patterns in lower case and without a trailing dot. A `*` anywhere but in front is a character like any other. */
export function compileServerNames(patterns: readonly string[]): ServerNamePatterns {
  const exact = new Set<string>();
  const oneLabel = new Set<string>();
  const anyLabels = new Set<string>();
  for (const pattern of patterns) {
    if (pattern.startsWith('**.')) anyLabels.add(pattern.slice(3));
    else if (pattern.startsWith('*.')) oneLabel.add(pattern.slice(2));
    else exact.add(pattern);
  }
  return { exact, oneLabel, anyLabels };
}

/** Whether any of the patterns holds for a server name, as sniffing returns it: in lower case, without trailing dot. */
export function matchesServerName(patterns: ServerNamePatterns, name: string): boolean {
  if (patterns.exact.has(name)) return true;
  let dot = name.indexOf('.');
  if (dot < 0) return false;
  if (patterns.oneLabel.has(name.slice(dot + 1))) return true;
  if (patterns.anyLabels.size === 0) return false;
  for (; dot >= 0; dot = name.indexOf('.', dot + 1)) {
    if (patterns.anyLabels.has(name.slice(dot + 1))) return true;
  }
  return false;
}
