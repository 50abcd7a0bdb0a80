import type { Cidr } from './cidr.ts';

/** The text that `parseCidr` reads back to an equal network; IPv6 as RFC 5952 section 4 recommends. */
export function formatCidr(cidr: Cidr): string {
  const host = cidr.bytes.length === 4 ? cidr.bytes.join('.') : formatIpv6(cidr.bytes);
  return cidr.bits === cidr.bytes.length * 8 ? host : `${host}/${cidr.bits}`;
}

function formatIpv6(bytes: readonly number[]): string {
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
