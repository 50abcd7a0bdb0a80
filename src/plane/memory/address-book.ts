import { type Address, formatAddress } from '../../core/address.ts';
import { overlaps } from '../../core/address-overlap.ts';
import type { Sharing } from '../../core/ports.ts';
import type { LinkSettings } from './link.ts';

/** First port that is given out where 0 was asked for, and to those who dial. */
export const EPHEMERAL_PORT_FIRST = 32_768;
const PORT_LAST = 65_535;

/**
 * How a dial fails. `out-of-ports`, `out-of-descriptors` and `name` are found out here, at once; the others are the
 * answer of the network, after a round trip.
 */
export type ConnectFailure =
  | 'refused'
  | 'unreachable'
  | 'timed-out'
  | 'out-of-ports'
  | 'out-of-descriptors'
  | 'name';

/** What becomes of dials to an address. `black-hole`: nobody ever answers. */
export type ConnectFault = ConnectFailure | 'black-hole';

/** What is special about an address. Absent fields are as everywhere. Holds for connections made from now on. */
export interface AddressRule extends Partial<LinkSettings> {
  /** Dials to the address end like this. */
  readonly connect?: ConnectFault;
  /** Listening on the address fails with this code (EACCES …). */
  readonly listen?: string;
}

/** Those who are bound to one address: one alone, or any number that share it. */
interface Binding<Listener> {
  readonly address: Address;
  readonly shared: boolean;
  readonly listeners: Listener[];
  /** Who gets the next client, counted on and on. */
  turn: number;
}

/** Who listens at an address, and what is special about addresses. */
export class AddressBook<Listener> {
  readonly #bound = new Map<string, Binding<Listener>>();
  readonly #rules = new Map<string, AddressRule>();
  #nextPort = EPHEMERAL_PORT_FIRST;

  /**
   * Binds; the address returned has a real port. Throws the system's error where it cannot. Unix paths are not shared:
   * `claim` is `alone` there, and `join` fails.
   */
  bind(asked: Address, listener: Listener, sharing: Sharing = 'alone'): Address {
    const rule = this.rule(asked);
    if (rule?.listen !== undefined) throw systemError('listen', rule.listen, asked);
    if (sharing === 'join' && asked.kind === 'unix') throw systemError('listen', 'EADDRINUSE', asked);
    const address = asked.kind === 'tcp' && asked.port === 0 ? { ...asked, port: this.#freePort() } : asked;
    for (const taken of this.#bound.values()) {
      if (sharing === 'join' && taken.shared) continue;
      if (overlaps(taken.address, address)) throw systemError('listen', 'EADDRINUSE', address);
    }
    const key = formatAddress(address);
    const binding = this.#bound.get(key) ?? { address, shared: sharing !== 'alone', listeners: [], turn: 0 };
    binding.listeners.push(listener);
    this.#bound.set(key, binding);
    return address;
  }

  /** Nothing where the listener is not bound there. */
  unbind(address: Address, listener: Listener): void {
    const key = formatAddress(address);
    const binding = this.#bound.get(key);
    const at = binding?.listeners.indexOf(listener) ?? -1;
    if (binding === undefined || at < 0) return;
    binding.listeners.splice(at, 1);
    if (binding.listeners.length === 0) this.#bound.delete(key);
  }

  /**
   * Who takes the next client there, on the address itself or on all interfaces; null = nobody. Those who share an address
   * take turns.
   */
  next(address: Address): Listener | null {
    const exact = this.#bound.get(formatAddress(address));
    if (exact !== undefined) return takeTurn(exact);
    if (address.kind === 'unix') return null;
    for (const host of WILDCARDS) {
      const any = this.#bound.get(formatAddress({ ...address, host }));
      if (any !== undefined) return takeTurn(any);
    }
    return null;
  }

  /** null takes the rule away. */
  setRule(address: Address, rule: AddressRule | null): void {
    if (rule === null) this.#rules.delete(formatAddress(address));
    else this.#rules.set(formatAddress(address), rule);
  }

  rule(address: Address): AddressRule | undefined {
    return this.#rules.size === 0 ? undefined : this.#rules.get(formatAddress(address));
  }

  /** Where somebody who dials an address comes from: a fresh port of `host`, or a Unix socket without a name. */
  ephemeral(towards: Address, host: string): Address {
    return towards.kind === 'unix'
      ? { kind: 'unix', path: '' }
      : { kind: 'tcp', host, port: this.#takePort() };
  }

  #freePort(): number {
    const bound = new Set<number>();
    for (const { address } of this.#bound.values()) if (address.kind === 'tcp') bound.add(address.port);
    for (let tries = EPHEMERAL_PORT_FIRST; tries <= PORT_LAST; tries++) {
      const port = this.#takePort();
      if (!bound.has(port)) return port;
    }
    throw systemError('listen', 'EADDRINUSE', { kind: 'tcp', host: '', port: 0 });
  }

  #takePort(): number {
    const port = this.#nextPort;
    this.#nextPort = port === PORT_LAST ? EPHEMERAL_PORT_FIRST : port + 1;
    return port;
  }
}

function takeTurn<Listener>(binding: Binding<Listener>): Listener | null {
  return binding.listeners[binding.turn++ % binding.listeners.length] ?? null;
}

const WILDCARDS = ['::', '0.0.0.0'];

function systemError(syscall: string, code: string, address: Address): Error {
  return Object.assign(new Error(`${syscall} ${code}: ${formatAddress(address)}`), { code, syscall });
}
