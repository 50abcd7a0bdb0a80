import type { Address } from '../core/address.ts';
import { formatIp } from '../core/format-ip.ts';
import { ipPair } from './addresses.ts';
import { fromUtf8 } from './bytes.ts';

/**
 * The line of version 1. `PROXY UNKNOWN` where it has no words for the two: a Unix socket, a host name, or null.
 * A pair of IPv4 and IPv6 is written as IPv6 with the IPv4 address mapped. proxy-protocol.txt, 2.1.
 */
export function writeProxyHeaderV1(source: Address | null, destination: Address | null): Uint8Array {
  const pair = ipPair(source, destination);
  if (pair === null) return fromUtf8('PROXY UNKNOWN\r\n');
  const family = pair.source.length === 4 ? 'TCP4' : 'TCP6';
  const hosts = `${formatIp(pair.source)} ${formatIp(pair.destination)}`;
  return fromUtf8(`PROXY ${family} ${hosts} ${pair.sourcePort} ${pair.destinationPort}\r\n`);
}
