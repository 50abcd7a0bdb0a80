import type { Address } from '../../core/address.ts';
import type { Cancellable } from '../../core/ports.ts';
import type { AddressRule } from './address-book.ts';
import { type Acceptor, Fabric } from './fabric.ts';
import { LINK_DEFAULTS, type LinkSettings } from './link.ts';
import { MemoryPeer } from './peer.ts';

/** Wall time at which the clock of a network stands at 0, unless the options say otherwise: 2026-01-01T00:00:00Z. */
export const EPOCH_DEFAULT = 1_767_225_600_000;

export interface MemoryNetworkOptions {
  /** The same seed and the same calls give the same history; absent = 1. */
  readonly seed?: number;
  /** Wall time in milliseconds since 1970 at virtual time 0; absent = EPOCH_DEFAULT. */
  readonly epoch?: number;
  /** The link between any two sockets, where no rule of the address dialed says otherwise. */
  readonly link?: Partial<LinkSettings>;
}

/** A server outside the plane under test. */
export interface MemoryServer {
  /** Where it is bound, with a real port. */
  readonly address: Address;
  /** Listens no more; its peers live on. */
  close(): void;
}

/**
 * A network of simulated sockets in virtual time, with the planes and peers on it. Nothing moves until it is run, and
 * then nothing waits: time jumps to the next thing that happens.
 *
 * @example
 * const network = new MemoryNetwork({ seed: 7 });
 * const plane = createMemoryPlane(network);
 * const listening = await plane.listen({ kind: 'tcp', host: '127.0.0.1', port: 0 }, socket, handler);
 * const client = network.connect(listening.address);
 * client.write(request);
 * network.runUntil(() => client.finAt !== null, 60_000);
 */
export class MemoryNetwork {
  readonly epoch: number;
  /** What planes are built on; tests have no use for it. */
  readonly fabric: Fabric;

  constructor(options: MemoryNetworkOptions = {}) {
    const { seed = 1, epoch = EPOCH_DEFAULT, link = {} } = options;
    this.epoch = epoch;
    this.fabric = new Fabric(seed, { ...LINK_DEFAULTS, ...link });
  }

  /** Virtual time in milliseconds, from 0. */
  now(): number {
    return this.fabric.clock.now();
  }

  /** Nothing is under way: no packet, no delivery, no script, no timer. More running would change nothing. */
  get idle(): boolean {
    return this.fabric.clock.deliveries === 0 && this.fabric.clock.timers === 0;
  }

  /** Timers waiting, of all planes. */
  get timers(): number {
    return this.fabric.clock.timers;
  }

  /** Sockets in the simulated kernel: two for each connection until both ends have let go. */
  get sockets(): number {
    return this.fabric.sockets;
  }

  /** Does everything due up to the time `untilMs` and sets the clock to it. */
  run(untilMs: number): void {
    this.fabric.clock.run(untilMs);
  }

  /**
   * Runs until `predicate` holds, for `limitMs` of virtual time at most, or until the network is idle. Tells whether it
   * holds. The predicate is asked after every step.
   */
  runUntil(predicate: () => boolean, limitMs: number): boolean {
    return this.fabric.clock.runUntil(predicate, this.now() + limitMs);
  }

  /** Runs until the network is idle, for `limitMs` of virtual time at most. Tells whether it is idle. */
  settle(limitMs: number): boolean {
    return this.runUntil(() => this.idle, limitMs);
  }

  /** Runs `script` after `delayMs`, exactly, fractions included; what it throws comes out of the run. */
  after(delayMs: number, script: () => void): Cancellable {
    let cancelled = false;
    this.fabric.clock.at(this.now() + delayMs, () => {
      if (!cancelled) script();
    });
    return {
      cancel: () => {
        cancelled = true;
      },
    };
  }

  /** Sets what is special about an address, for connections made from now on; null = nothing. */
  rule(address: Address, rule: AddressRule | null): void {
    this.fabric.book.setRule(address, rule);
  }

  /** A client that starts to connect at once; `host` is its address, absent = 127.0.0.1. It may be written to already. */
  connect(address: Address, host = '127.0.0.1'): MemoryPeer {
    const { book, clock } = this.fabric;
    const peer = new MemoryPeer(clock, book.ephemeral(address, host), address);
    this.fabric.dial(peer.local, address, {
      connected: (socket) => peer.attach(socket),
      failed: (failure) => peer.fail(failure),
    });
    return peer;
  }

  /** A server; `onPeer` gets each connection before anything is read from it. Throws where the address is taken. */
  serve(address: Address, onPeer: (peer: MemoryPeer) => void): MemoryServer {
    const { book, clock } = this.fabric;
    const acceptor: Acceptor = {
      hasRoom: true,
      arrives: (socket) => {
        const peer = new MemoryPeer(clock, socket.local, socket.remote);
        onPeer(peer);
        peer.attach(socket);
      },
    };
    const bound = book.bind(address, acceptor);
    return { address: bound, close: () => book.unbind(bound, acceptor) };
  }
}
