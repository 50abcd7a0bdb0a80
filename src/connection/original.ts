import type { Address } from '../core/address.ts';
import type { Connection } from './connection.ts';

/**
 * Where the client wanted to go before the system redirected it to a transparent listener; null where it was not
 * redirected, and where that is the listener itself, which it would come back to.
 */
export function originalOf({ listener, client }: Connection): Address | null {
  const { transparent, listen } = listener;
  if (transparent === 'off') return null;
  const { local } = client;
  const wanted = transparent === 'tproxy' ? local : client.originalDestination;
  if (wanted === null || isSame(wanted, listen)) return null;
  return transparent === 'redirect' && isSame(wanted, local) ? null : wanted;
}

function isSame(one: Address, other: Address): boolean {
  return one.kind === 'tcp' && other.kind === 'tcp' && one.host === other.host && one.port === other.port;
}
