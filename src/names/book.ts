import type { Address } from '../core/address.ts';
import { parseIp } from '../core/cidr.ts';
import type { AddressFamilies, NameAddresses } from '../core/names.ts';
import { dialOrder } from './order.ts';

/** What can be looked up in a book: a backend's address, and which of the name's addresses it takes. */
export interface Named {
  readonly address: Address;
  readonly resolve: AddressFamilies;
}

/**
 * The addresses of names, as control has told them: nobody who dials waits for a name. Addresses that are IP literals or
 * paths stand for themselves.
 */
export class AddressBook {
  readonly #names = new Map<string, readonly string[]>();
  /** The same objects for the same text, since planes remember addresses by their objects. */
  readonly #made = new WeakMap<Address, Map<string, Address>>();
  readonly #literal = new WeakMap<Address, readonly Address[] | null>();

  /** Takes in what has changed. */
  take(changes: NameAddresses): void {
    for (const [name, addresses] of Object.entries(changes)) {
      if (addresses === null) this.#names.delete(name);
      else this.#names.set(name, addresses);
    }
  }

  /** Where to dial, in order; none where the name has no address that is known. `turn` as in `dialOrder`. */
  of({ address, resolve }: Named, turn: number): readonly Address[] {
    let literal = this.#literal.get(address);
    if (literal === undefined) {
      literal = isName(address) ? null : [address];
      this.#literal.set(address, literal);
    }
    if (literal !== null || address.kind === 'unix') return literal ?? [address];
    const known = this.#names.get(nameKey(address.host)) ?? [];
    return dialOrder(known, resolve, turn).map((host) => this.#make(address, host));
  }

  #make(address: Extract<Address, { kind: 'tcp' }>, host: string): Address {
    const made = this.#made.get(address) ?? new Map<string, Address>();
    this.#made.set(address, made);
    const before = made.get(host);
    if (before !== undefined) return before;
    if (made.size >= MADE_MAX) made.clear();
    const now = { ...address, host };
    made.set(host, now);
    return now;
  }
}

/** Addresses of one backend that are remembered; a name that changes all the time starts anew. */
const MADE_MAX = 256;

/** Whether an address has to be looked up. */
export function isName(address: Address): address is Extract<Address, { kind: 'tcp' }> {
  return address.kind === 'tcp' && parseIp(address.host) === null;
}

/** Names are the same whatever their case (RFC 4343). */
export function nameKey(host: string): string {
  return host.toLowerCase();
}
