/** The leaf of a state value of XState's: `healthy`, or of a state within a state `probing.waiting`. */
export function leafOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const [[name, inner] = ['', '']] = Object.entries(value as Record<string, unknown>);
  return `${name}.${leafOf(inner)}`;
}
