import type { Address } from '../../core/address.ts';
import type { Listening, Sharing, SocketOptions } from '../../core/ports.ts';
import type { Acceptor, Fabric } from './fabric.ts';
import type { KernelSocket } from './socket.ts';

/** Connections that may wait to be accepted. */
export const BACKLOG_MAX = 511;

/** What a listener needs of its owner. */
export interface ListenerOwner {
  /** Whether a descriptor is left to accept with. */
  readonly hasDescriptor: boolean;
  /** A client was accepted; `options` are the listener's at this time. */
  accept(socket: KernelSocket, options: SocketOptions): void;
  /** No descriptor was left; what waits is tried again on `retry`. */
  starved(): void;
  /** The listener accepts no more. */
  closed(): void;
}

/** A bound address and the queue of those who have connected to it. Accepts in turns of the clock. */
export class MemoryListener implements Listening, Acceptor {
  readonly address: Address;
  readonly #fabric: Fabric;
  readonly #owner: ListenerOwner;
  readonly #queue: KernelSocket[] = [];
  #options: SocketOptions;
  #closed = false;

  /** Throws the system's error where the address cannot be bound. */
  constructor(
    fabric: Fabric,
    address: Address,
    options: SocketOptions,
    sharing: Sharing,
    owner: ListenerOwner,
  ) {
    this.#fabric = fabric;
    this.#options = options;
    this.#owner = owner;
    this.address = fabric.book.bind(address, this, sharing);
  }

  setOptions(options: SocketOptions): void {
    this.#options = options;
  }

  get hasRoom(): boolean {
    return this.#queue.length < BACKLOG_MAX;
  }

  arrives(socket: KernelSocket): void {
    if (this.#closed) {
      socket.abort();
      return;
    }
    this.#queue.push(socket);
    this.#fabric.clock.soon(() => this.#acceptNext());
  }

  /** A descriptor is free again. */
  retry(): void {
    if (this.#queue.length > 0) this.#fabric.clock.soon(() => this.#acceptNext());
  }

  /** What waits is accepted in a turn of its own, without the clock having to run. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.stop();
    await null;
    while (this.#queue.length > 0 && this.#owner.hasDescriptor) this.#acceptNext();
    this.abandon();
    this.#owner.closed();
  }

  /** Takes no more. */
  stop(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#fabric.book.unbind(this.address, this);
  }

  /** Resets what waits. */
  abandon(): void {
    for (const socket of this.#queue.splice(0)) socket.abort();
  }

  #acceptNext(): void {
    const socket = this.#queue[0];
    if (socket === undefined) return;
    if (!this.#owner.hasDescriptor) {
      this.#owner.starved();
      return;
    }
    this.#queue.shift();
    this.#owner.accept(socket, this.#options);
  }
}
