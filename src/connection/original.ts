import type { Address } from '../core/address.ts';
import { parseIp, unmap } from '../core/cidr.ts';
import type { ListenerPlan } from '../core/plan.ts';
import type { Endpoint } from '../core/ports.ts';

/**
 * Where the client wanted to go before the system redirected it to a transparent listener; null where it was not
 * redirected, and where that is the listener itself, which it would come back to. An IPv4-mapped address as the IPv4 one it
 * maps. A listener of TPROXY that is bound to every address takes its own port, wherever it is, for itself.
 */
export function originalOf(
  { transparent, listen }: ListenerPlan,
  client: Pick<Endpoint, 'local' | 'originalDestination'>,
): Address | null {
  if (transparent === 'off') return null;
  const wanted = transparent === 'tproxy' ? client.local : client.originalDestination;
  if (wanted === null) return null;
  const itself = transparent === 'tproxy' ? listen : client.local;
  return isSame(plain(wanted), plain(itself)) ? null : plain(wanted);
}

/** An IP address in text, an IPv4-mapped one as the IPv4 address it maps. */
export function plainHost(host: string): string {
  const bytes = parseIp(host);
  if (bytes?.length !== 16) return host;
  const short = unmap(bytes);
  return short.length === 4 ? short.join('.') : host;
}

function plain(address: Address): Address {
  return address.kind === 'tcp' ? { ...address, host: plainHost(address.host) } : address;
}

function isSame(wanted: Address, itself: Address): boolean {
  if (wanted.kind !== 'tcp' || itself.kind !== 'tcp' || wanted.port !== itself.port) return false;
  return isEvery(itself.host) || parseIp(wanted.host)?.join() === parseIp(itself.host)?.join();
}

function isEvery(host: string): boolean {
  return parseIp(host)?.every((byte) => byte === 0) === true;
}
