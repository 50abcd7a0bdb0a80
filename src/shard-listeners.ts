import type { ShardContext } from './connection/index.ts';
import { type Address, formatAddress, parseAddress } from './core/address.ts';
import { overlaps } from './core/address-overlap.ts';
import { parseIp } from './core/cidr.ts';
import { SluiceError } from './core/errors.ts';
import type { ListenerPlan, Plan } from './core/plan.ts';
import type { Endpoint, Listening, Plane, Sharing } from './core/ports.ts';

/** Whose clients a socket accepts. */
export interface Target {
  readonly context: ShardContext;
  readonly listener: ListenerPlan;
}

/** What a shard hears of its sockets. None of these may throw. */
export interface ListenersOwner {
  /** The endpoint is the owner's from here on. */
  accept(endpoint: Endpoint, target: Target): void;
  /** Somebody could not be accepted for want of descriptors or memory. */
  failed(target: Target): void;
  /** A client had reset before it was accepted. */
  gone(target: Target): void;
  /** The plan of new connections; null before there is one. */
  inForce(): Plan | null;
}

interface Socket {
  readonly listening: Listening;
  /** Other sockets may be bound where it is. */
  readonly shared: boolean;
  target: Target;
}

/**
 * The sockets on which a shard accepts, each kept by its address: a listener that keeps its address through a reload
 * keeps its socket and who waits in its queue, also where it is given another name. An address that overlaps with one that
 * the new plan leaves, or that goes over to TPROXY or back, is bound beside it where sockets share their addresses, and refused where they do not: the old one
 * would have to be given up first, and clients would be lost.
 */
export class ShardListeners {
  readonly #plane: Plane;
  readonly #shard: number;
  readonly #owner: ListenersOwner;
  readonly #sockets = new Map<string, Socket>();
  /** Sockets that accept what waits before they are gone. */
  readonly #closing = new Set<Promise<void>>();
  /** What is being opened, so that it can be told to stop; settles without an error when that has ended. */
  #opening: { readonly context: ShardContext; given: boolean; readonly settled: Promise<unknown> } | null =
    null;
  #stopped = false;

  constructor(plane: Plane, shard: number, owner: ListenersOwner) {
    this.#plane = plane;
    this.#shard = shard;
    this.#owner = owner;
  }

  /**
   * Binds what a plan needs and is not bound yet, in the order of the plan; tells the real address of each listener. One at
   * a time. Rejects with LISTEN_FAILED, nothing of it left, at the first that cannot be bound or when it is forgotten.
   */
  async open(
    context: ShardContext,
    bound: Readonly<Record<string, string>>,
  ): Promise<Record<string, string>> {
    const opened = this.#open(context, bound);
    const opening = { context, given: false, settled: opened.catch(() => {}) };
    this.#opening = opening;
    try {
      return await opened;
    } finally {
      this.#opening = null;
    }
  }

  /** Hands new clients over to a plan that was opened, and closes what it does not name; resolves when that is done. */
  async use(context: ShardContext): Promise<void> {
    const listeners = new Map(this.#acceptedHere(context).map((listener) => [keyOf(listener), listener]));
    const unused: string[] = [];
    for (const [key, socket] of this.#sockets) {
      const listener = listeners.get(key);
      if (listener === undefined) unused.push(key);
      else {
        socket.target = { context, listener };
        socket.listening.setOptions(context.plan.socket);
      }
    }
    await Promise.all(unused.map((key) => this.#close(key)));
  }

  /** Closes what was opened for a plan that was not used yet; where it is still being opened, that ends first. */
  async forget(context: ShardContext): Promise<void> {
    if (this.#opening?.context === context) {
      this.#opening.given = true;
      await this.#opening.settled;
    }
    await this.#closeFor(context);
  }

  /** Closes everything, for good: who waits is accepted, and nothing is bound any more. */
  async closeAll(): Promise<void> {
    this.#stopped = true;
    await Promise.all([...this.#sockets.keys()].map((key) => this.#close(key)));
    await this.#opening?.settled;
    await Promise.all(this.#closing);
  }

  #acceptedHere(context: ShardContext): ListenerPlan[] {
    return context.plan.listeners.filter(
      ({ retired, drained = false, accept: { shards } }) =>
        !retired && !drained && (shards === 'every' || shards === this.#shard),
    );
  }

  async #open(
    context: ShardContext,
    bound: Readonly<Record<string, string>>,
  ): Promise<Record<string, string>> {
    try {
      const addresses: Record<string, string> = {};
      // An address that a socket is just leaving could not be bound yet.
      await Promise.all(this.#closing);
      for (const listener of this.#acceptedHere(context)) {
        this.#mustGoOn(listener);
        const { listening } =
          this.#sockets.get(keyOf(listener)) ??
          (await this.#bind({ context, listener }, bound[listener.name]));
        addresses[listener.name] = formatAddress(listening.address);
        this.#mustGoOn(listener);
      }
      return addresses;
    } catch (error) {
      await this.#closeFor(context);
      throw error;
    }
  }

  async #bind(target: Target, bound: string | undefined): Promise<Socket> {
    const { context, listener } = target;
    // Clients may come before the plane has answered, so whose they are is looked up when they come.
    const socket: { target: Target } = { target };
    const handler = {
      accept: (endpoint: Endpoint) => this.#owner.accept(endpoint, socket.target),
      failed: () => this.#owner.failed(socket.target),
      gone: () => this.#owner.gone(socket.target),
    };
    try {
      const address = realAddress(listener, bound);
      const shared = listener.accept.shards === 'every';
      const listening = await this.#plane.listen(
        address,
        { ...context.plan.socket, transparent: listener.transparent === 'tproxy' },
        handler,
        this.#sharing(target, address, bound),
      );
      const whole: Socket = Object.assign(socket, { listening, shared });
      this.#sockets.set(keyOf(listener), whole);
      return whole;
    } catch (error) {
      throw cannotBind(listener, this.#whyNot(listener, error as NodeJS.ErrnoException), error);
    }
  }

  #sharing({ context, listener }: Target, address: Address, bound: string | undefined): Sharing {
    if (listener.accept.shards !== 'every') return 'alone';
    if (bound !== undefined) return 'join';
    const kept = new Set(this.#acceptedHere(context).map(keyOf));
    const near = [...this.#sockets].filter(([, { listening }]) => overlaps(listening.address, address));
    const isLeft = near.length > 0 && near.every(([key, { shared }]) => shared && !kept.has(key));
    return isLeft ? 'join' : 'claim';
  }

  #whyNot({ listen, transparent }: ListenerPlan, error: NodeJS.ErrnoException): string {
    const code = error.code ?? String(error);
    if (code === 'EPERM' && transparent === 'tproxy')
      return `${code}: "transparent: tproxy" needs CAP_NET_ADMIN`;
    if (code === 'ENOTSUP') return error.message;
    if (code !== 'EADDRINUSE') return code;
    const own = [...this.#sockets.values()].map(({ target, listening }) => ({
      name: target.listener.name,
      listen: listening.address,
    }));
    const inForce = this.#owner.inForce()?.listeners.filter(({ retired }) => !retired) ?? [];
    const other = [...own, ...inForce].find((listener) => overlaps(listener.listen, listen));
    if (other === undefined) return code;
    const where = formatAddress(other.listen);
    return (
      `${code}: listener "${other.name}" of the plan in force is bound to ${where}, and leaves it only when the new plan ` +
      'can be put in force; take that listener away by one reload and bind the new address by the next, or restart'
    );
  }

  /** Throws where the plan was given up, or the shard stopped, while something was waited for. */
  #mustGoOn(listener: ListenerPlan): void {
    if (this.#stopped) throw cannotBind(listener, 'the shard has stopped accepting');
    if (this.#opening?.given === true) throw cannotBind(listener, 'the plan was given up meanwhile');
  }

  async #closeFor(context: ShardContext): Promise<void> {
    const its = [...this.#sockets].filter(([, { target }]) => target.context === context);
    await Promise.all(its.map(([key]) => this.#close(key)));
  }

  async #close(key: string): Promise<void> {
    const closing = this.#sockets.get(key)?.listening.close();
    if (closing === undefined) return;
    this.#sockets.delete(key);
    this.#closing.add(closing);
    try {
      await closing;
    } finally {
      this.#closing.delete(closing);
    }
  }
}

/**
 * What a socket is kept by, however its address is written. A free port is asked for by a listener for itself. One that
 * accepts for other machines' addresses is another socket than one that does not.
 */
function keyOf({ name, listen, transparent }: ListenerPlan): string {
  if (listen.kind === 'unix') return formatAddress(listen);
  const { host, port } = listen;
  const bytes = host.includes('%') ? null : parseIp(host);
  const kind = transparent === 'tproxy' ? 'tproxy ' : '';
  const address = `${kind}${bytes?.join('.') ?? host.toLowerCase()}:${port}`;
  return port === 0 ? `${name} ${address}` : address;
}

/** Where to bind: what another shard, or this one in its life before, was given where any port would do. */
function realAddress({ name, listen }: ListenerPlan, bound: string | undefined): Address {
  if (bound === undefined || listen.kind !== 'tcp' || listen.port !== 0) return listen;
  const address = parseAddress(bound);
  if (typeof address === 'string')
    throw new TypeError(`listener "${name}" is said to be bound to "${bound}": ${address}`);
  return address;
}

function cannotBind(listener: ListenerPlan, why: string, cause?: unknown): SluiceError {
  const where = formatAddress(listener.listen);
  return new SluiceError('LISTEN_FAILED', `listener "${listener.name}" cannot be bound to ${where}: ${why}`, {
    cause,
  });
}
