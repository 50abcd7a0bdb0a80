import type { Address } from '../../core/address.ts';
import { Keepsake } from '../../core/keepsake.ts';
import { PIPES_MAX } from '../../core/pipes.ts';
import type {
  Cancellable,
  DialHandler,
  DialOptions,
  ListenHandler,
  Listening,
  ListenOptions,
  Plane,
  PlaneOptions,
  Sharing,
} from '../../core/ports.ts';
import { Slots } from '../../core/slots.ts';
import { SourcePorts } from '../../core/source-ports.ts';
import { LAYOUTS, type Layout } from './abi.ts';
import { allocateDescriptorTable, DescriptorTable } from './descriptor-table.ts';
import { Dial, type Lookup, systemLookup } from './dial.ts';
import type { Home, Sizes, Thing } from './home.ts';
import { LinuxListening } from './listening.ts';
import { measuredEpoch, monotonicMs } from './monotonic.ts';
import { PipePool } from './pipe-pool.ts';
import { Reactor } from './reactor.ts';
import { encodeAddress } from './sockaddr.ts';
import type { System } from './system.ts';

export interface LinuxPlaneOptions extends PlaneOptions {
  readonly system: System;
  /** Where it notes its descriptors, so that another thread can close them. Default: memory of its own. */
  readonly descriptors?: SharedArrayBuffer;
  readonly sizes?: Partial<Sizes>;
  /** Monotonic, in milliseconds. Default: the machine's. */
  readonly clock?: () => number;
  readonly lookup?: Lookup;
  /** Where it begins in a range of source ports, from 0 up to 1. Default: anywhere. */
  readonly portStart?: number;
  /** By `process.arch`; for tests. */
  readonly layout?: Layout;
}

/** D-047 has the measurements. The read buffer is below the credit window of a direction. */
export const SIZES: Sizes = {
  readBytes: 64 * 1024,
  pipeBytes: 256 * 1024,
  pipesMax: PIPES_MAX,
  splice: true,
};

/** Turns of Node's loop that what was begun in streams of its own takes at most until it begins something anew. */
const NODE_TURNS = 3;

/** Turns that `close` takes at most to tell everybody; each tells all that are left. */
const CLOSING_TURNS_MAX = 8;

/**
 * The plane of Linux's own calls. It does nothing by itself: whoever owns its thread calls `reactor.turn`, again and
 * again. Throws the system's error where it cannot have an epoll.
 */
export class LinuxPlane implements Plane, Home {
  readonly name = 'linux';
  readonly resetsAfterDelivery = true;
  readonly system: System;
  readonly table: DescriptorTable;
  readonly reactor: Reactor;
  readonly pipes: PipePool;
  readonly sizes: Sizes;
  readonly sourcePorts: SourcePorts;
  readonly buffer: Uint8Array;
  readonly onObserverError: (error: unknown) => void;
  readonly #things = new Slots<Thing>();
  readonly #keepsake = new Keepsake<Dial>();
  readonly #listenings = new Set<LinuxListening>();
  readonly #onOpen: (by: 1 | -1) => void;
  readonly #lookup: Lookup;
  #lookups = 0;
  #nodeTurns = 0;
  #closed = false;

  constructor(options: LinuxPlaneOptions) {
    this.system = options.system;
    this.onObserverError = options.onObserverError ?? throwLater;
    this.#onOpen = options.onOpen ?? nothing;
    this.#lookup = options.lookup ?? systemLookup;
    this.sizes = { ...SIZES, ...options.sizes };
    this.sourcePorts = new SourcePorts(options.portStart ?? Math.random());
    this.buffer = new Uint8Array(this.sizes.readBytes);
    this.table = new DescriptorTable(this.system, options.descriptors ?? allocateDescriptorTable());
    this.reactor = new Reactor(
      this.system,
      options.layout ?? (LAYOUTS[process.arch] as Layout),
      this.table,
      options.clock ?? monotonicMs,
      options.epoch ?? measuredEpoch(),
      (error) => this.onObserverError(error),
    );
    this.pipes = new PipePool(
      this.system,
      this.table,
      this.sizes.pipeBytes,
      this.sizes.pipesMax,
      this.reactor,
    );
  }

  get timers(): Reactor {
    return this.reactor;
  }

  get open(): number {
    return this.#things.size;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** Names are being looked up, and the answer comes by Node's own loop. */
  get isWaitingForNode(): boolean {
    return this.#lookups > 0;
  }

  /** Node's own loop has something to do at once, and is due a few turns without a wait between them. */
  get owesNode(): boolean {
    return this.#nodeTurns > 0;
  }

  /** For who has begun something that goes on by Node's own loop: ticks, immediates, promises. */
  letNodeTurn(): void {
    this.#nodeTurns = NODE_TURNS;
  }

  /** Node's loop gets one of the turns it is owed; whether it was owed one. */
  payNode(): boolean {
    if (this.#nodeTurns === 0) return false;
    this.#nodeTurns--;
    return true;
  }

  opened(thing: Thing): void {
    this.#things.add(thing);
    this.#onOpen(1);
  }

  gone(thing: Thing): void {
    if (!this.#things.delete(thing)) return;
    this.#onOpen(-1);
    if (thing instanceof Dial) this.#keepsake.offer(thing);
  }

  async listen(
    address: Address,
    options: ListenOptions,
    handler: ListenHandler,
    sharing: Sharing = 'alone',
  ): Promise<Listening> {
    const where = encodeAddress(address) === null ? await this.#resolved(address) : address;
    if (this.#closed) throw new Error('the plane is closed: nothing listens on it any more');
    const listening = new LinuxListening(this, where, options, sharing, handler, (stopped) => {
      this.#listenings.delete(stopped);
    });
    this.#listenings.add(listening);
    return listening;
  }

  dial(address: Address, options: DialOptions, handler: DialHandler): Cancellable {
    if (this.#closed) return { cancel: nothing };
    const dial = new Dial(this, address, options, handler, this.#look);
    this.opened(dial);
    return dial;
  }

  /**
   * Everything is cut before this returns, so that it may be called where the thread is about to end; the promise resolves
   * when all observers were told `closed`, which is in this call as well.
   */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const listening of this.#listenings) listening.stop();
    for (const thing of this.#things) thing.destroy();
    for (let turn = 0; turn < CLOSING_TURNS_MAX && this.reactor.isBusy; turn++) this.reactor.settle();
    this.pipes.close();
    this.reactor.close();
  }

  readonly #look: Lookup = (host, found) => {
    this.#lookups++;
    this.#lookup(host, (error, addresses) => {
      this.#lookups--;
      found(error, addresses);
    });
  };

  #resolved(address: Address): Promise<Address> {
    const { host } = address as Extract<Address, { kind: 'tcp' }>;
    return new Promise((resolve, reject) => {
      this.#look(host, (error, [first]) => {
        if (error === null && first !== undefined) resolve({ ...address, host: first } as Address);
        else
          reject(
            Object.assign(new Error(`getaddrinfo ${error} ${host}`), {
              code: error ?? 'ENOTFOUND',
              syscall: 'getaddrinfo',
            }),
          );
      });
    });
  }
}

function throwLater(error: unknown): void {
  setImmediate(() => {
    throw error;
  });
}

function nothing(): void {}
