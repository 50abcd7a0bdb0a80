import type { Address } from '../../core/address.ts';
import { AddressBook, type AddressRule, type ConnectFailure } from './address-book.ts';
import { VirtualClock } from './clock.ts';
import { type LinkSettings, Wire } from './link.ts';
import { Pipe } from './pipe.ts';
import { createRandom, type Random } from './random.ts';
import { KernelSocket } from './socket.ts';

/** Takes the connections that arrive at an address. */
export interface Acceptor {
  /** A connection is there; the socket is the acceptor's from here on. */
  arrives(socket: KernelSocket): void;
  /** Whether another connection may come. Where not, what comes is lost, and the dial hangs. */
  readonly hasRoom: boolean;
}

/** How a dial ends. `socket` is the caller's from here on. */
export interface Dialer {
  connected(socket: KernelSocket): void;
  failed(failure: ConnectFailure): void;
}

/** An attempt under way. */
export interface Attempt {
  /** Neither callback comes afterwards, and the listener hears nothing. */
  abandon(): void;
}

/** What is found out on this machine, before a packet is sent. */
const LOCAL_FAULTS: ReadonlySet<ConnectFailure> = new Set(['out-of-ports', 'out-of-descriptors', 'name']);

/** The network under planes and peers: clock, addresses, and the handshake that makes two sockets out of a dial. */
export class Fabric {
  readonly clock = new VirtualClock();
  readonly book = new AddressBook<Acceptor>();
  readonly random: Random;
  readonly #link: LinkSettings;
  #sockets = 0;

  constructor(seed: number, link: LinkSettings) {
    this.random = createRandom(seed);
    this.#link = link;
  }

  /** Sockets in the kernel, those included that only deliver what their owners left behind. */
  get sockets(): number {
    return this.#sockets;
  }

  /** Connects by a handshake of three packets, or fails as the rule of the address says. */
  dial(from: Address, to: Address, dialer: Dialer): Attempt {
    const rule = this.book.rule(to);
    const link = { ...this.#link, ...rule };
    let pending = true;
    const after = (delayMs: number, step: () => void): void => {
      this.clock.at(this.clock.now() + delayMs, () => {
        if (pending) step();
      });
    };
    const fail = (delayMs: number, failure: ConnectFailure): void =>
      after(delayMs, () => {
        pending = false;
        dialer.failed(failure);
      });
    const establish = (acceptor: Acceptor): void => {
      pending = false;
      dialer.connected(this.#join(from, to, link, acceptor));
    };
    const arrive = (): void => {
      const acceptor = this.book.next(to);
      if (acceptor === null) fail(link.latencyToClientMs, 'refused');
      else if (acceptor.hasRoom) after(link.latencyToClientMs, () => establish(acceptor));
    };
    const fault = rule?.connect;
    if (fault === undefined) after(link.latencyToServerMs, arrive);
    else if (fault !== 'black-hole') {
      fail(LOCAL_FAULTS.has(fault) ? 0 : link.latencyToServerMs + link.latencyToClientMs, fault);
    }
    return {
      abandon: () => {
        pending = false;
      },
    };
  }

  /** Both ends of a connection. The server's reaches its acceptor with the third packet of the handshake. */
  #join(from: Address, to: Address, link: LinkSettings & AddressRule, acceptor: Acceptor): KernelSocket {
    const client = this.#socket(from, to);
    const server = this.#socket(to, from);
    const wire = (latencyMs: number): Wire => new Wire(this.clock, this.random, latencyMs, link.jitterMs);
    const upWire = wire(link.latencyToServerMs);
    const downWire = wire(link.latencyToClientMs);
    const up = pipe(upWire, client, server, link);
    const down = pipe(downWire, server, client, link);
    const lose = (afterMs: number): void => {
      upWire.cut();
      downWire.cut();
      this.clock.at(this.clock.now() + afterMs, () => {
        client.fail('ETIMEDOUT');
        server.fail('ETIMEDOUT');
      });
    };
    client.attach(up, down, lose);
    server.attach(down, up, lose);
    upWire.send(() => acceptor.arrives(server));
    return client;
  }

  #socket(local: Address, remote: Address): KernelSocket {
    this.#sockets++;
    return new KernelSocket(local, remote, () => {
      this.#sockets--;
    });
  }
}

function pipe(wire: Wire, sender: KernelSocket, receiver: KernelSocket, link: LinkSettings): Pipe {
  return new Pipe(
    wire,
    {
      arrived: () => receiver.arrived(),
      acknowledged: () => sender.acknowledged(),
      reset: () => receiver.wasReset(),
    },
    link.sendBufferBytes,
    link.receiveBufferBytes,
  );
}
