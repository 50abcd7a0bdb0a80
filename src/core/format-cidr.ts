import type { Cidr } from './cidr.ts';
import { formatIp } from './format-ip.ts';

/** The text that `parseCidr` reads back to an equal network. */
export function formatCidr(cidr: Cidr): string {
  const host = formatIp(cidr.bytes);
  return cidr.bits === cidr.bytes.length * 8 ? host : `${host}/${cidr.bits}`;
}
