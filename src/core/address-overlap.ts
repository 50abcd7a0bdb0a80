import { type Address, formatAddress } from './address.ts';
import { parseIp } from './cidr.ts';

/**
 * Whether two addresses cannot both be listened on: the same path, or the same port of the same interface or of one that
 * stands for others. `::` stands for IPv4 as well, `0.0.0.0` not for IPv6. Names are not looked up: one overlaps with itself.
 * Port 0 overlaps with nothing.
 */
export function overlaps(a: Address, b: Address): boolean {
  if (a.kind === 'unix' || b.kind === 'unix') return formatAddress(a) === formatAddress(b);
  if (a.port !== b.port || a.port === 0) return false;
  const [left, right] = [parseIp(a.host), parseIp(b.host)];
  if (left === null || right === null) return a.host.toLowerCase() === b.host.toLowerCase();
  return covers(left, right) || covers(right, left) || String(left) === String(right);
}

function covers(wide: readonly number[], other: readonly number[]): boolean {
  return wide.every((byte) => byte === 0) && (wide.length === 16 || other.length === 4);
}
