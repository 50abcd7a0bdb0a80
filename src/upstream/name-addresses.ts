import type { Address } from '../core/address.ts';
import { AddressBook, isName, type Named } from '../names/index.ts';
import type { NamesKnown } from './names.ts';

/** Where a backend is now, in the order in which to try it; or why nobody knows. */
export function addressesOf(backend: Named, names: NamesKnown | undefined): readonly Address[] | string {
  if (names === undefined || !isName(backend.address)) return [backend.address];
  const book = new AddressBook();
  const { host } = backend.address;
  book.take({ [host.toLowerCase()]: names.addresses(host) });
  const found = book.of(backend, 0);
  return found.length > 0 ? found : `unresolved: ${names.why(host)}`;
}

/** Why a backend has no address; null where it has one. */
export function whyUnresolved(backend: Named, names: NamesKnown): string | null {
  const addresses = addressesOf(backend, names);
  return typeof addresses === 'string' ? addresses : null;
}
