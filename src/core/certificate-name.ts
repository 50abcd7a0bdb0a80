/**
 * Which of the names that certificates are for stands for a server name: itself, else `*.x` with one label before `x`; null:
 * none of them. RFC 6125, 6.4.3. Both in lower case, without a trailing dot.
 */
export function certificateNameFor(name: string, isThere: (name: string) => boolean): string | null {
  if (isThere(name)) return name;
  const dot = name.indexOf('.');
  const wildcard = `*${name.slice(dot)}`;
  return dot > 0 && isThere(wildcard) ? wildcard : null;
}
