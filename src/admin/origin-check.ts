import type { Address } from '../core/address.ts';
import { isLoopback } from './host-check.ts';

/**
 * Whether a write may come from a web page of this origin. A browser names the page's origin in every write, so only a
 * page that this server itself has served may write; programs send no such header and may. `host` is the request's Host
 * header, which has passed `hostAllowed`. Where the address is not loopback that header proves nothing, since any name may lead
 * here; such a page may write only where a token is asked for, which no browser adds by itself.
 */
export function originAllowed(
  bound: Address,
  host: string | undefined,
  origin: string | undefined,
  isTls = false,
  needsToken = false,
): boolean {
  if (origin === undefined) return true;
  if (host === undefined || !(isLoopback(bound) || needsToken)) return false;
  return origin.toLowerCase() === `${isTls ? 'https' : 'http'}://${host.toLowerCase()}`;
}
