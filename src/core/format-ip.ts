/** The text that `parseIp` reads back to the same 4 or 16 bytes; IPv6 as RFC 5952 section 4 recommends. */
export function formatIp(bytes: ArrayLike<number>): string {
  return bytes.length === 4 ? Array.from(bytes).join('.') : formatIpv6(bytes);
}

function formatIpv6(bytes: ArrayLike<number>): string {
  const groups = Array.from({ length: 8 }, (_, i) =>
    ((bytes[2 * i] ?? 0) * 256 + (bytes[2 * i + 1] ?? 0)).toString(16),
  );
  const [start, length] = longestZeros(groups);
  if (length < 2) return groups.join(':');
  return `${groups.slice(0, start).join(':')}::${groups.slice(start + length).join(':')}`;
}

/** Where the longest run of zero groups begins, the first of equals, and how long it is. */
function longestZeros(groups: readonly string[]): readonly [start: number, length: number] {
  let best: readonly [number, number] = [0, 0];
  let start = 0;
  for (const [index, group] of groups.entries()) {
    if (group !== '0') start = index + 1;
    else if (index + 1 - start > best[1]) best = [start, index + 1 - start];
  }
  return best;
}
