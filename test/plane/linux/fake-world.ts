import { PLAIN_SOCKET } from '../../../src/core/plain-socket.ts';
import type { ListenHandler, Listening } from '../../../src/core/ports.ts';
import { LAYOUTS, type Layout } from '../../../src/plane/linux/abi.ts';
import type { Lookup } from '../../../src/plane/linux/dial.ts';
import type { Sizes } from '../../../src/plane/linux/home.ts';
import { LinuxPlane } from '../../../src/plane/linux/index.ts';
import { createRandom, type Random } from '../../../src/plane/memory/random.ts';
import { DOWN, UP } from './fake-bytes.ts';
import { FakeLibc, type FakeSizes } from './fake-libc.ts';
import { FakePeer } from './fake-peer.ts';
import type { FakeSocket } from './fake-socket.ts';

export const LISTENER = { kind: 'tcp', host: '127.0.0.1', port: 4000 } as const;
export const BACKEND = { kind: 'tcp', host: '127.0.0.1', port: 5000 } as const;

export interface FakeWorldOptions {
  readonly sizes?: Partial<Sizes>;
  readonly kernel?: Partial<FakeSizes>;
  readonly lookup?: Lookup;
  readonly layout?: Layout;
}

/** A plane on a kernel in memory, and time that stands still until it is told to go on. */
export class FakeWorld {
  readonly random: Random;
  readonly kernel: FakeLibc;
  readonly plane: LinuxPlane;
  readonly errors: unknown[] = [];
  openTold = 0;
  now = 1000;

  constructor(seed: number, options: FakeWorldOptions = {}) {
    this.random = createRandom(seed);
    const layout = options.layout ?? (seed % 2 === 0 ? LAYOUTS['x64'] : LAYOUTS['arm64'])!;
    this.kernel = new FakeLibc(this.random, layout, options.kernel);
    this.plane = new LinuxPlane({
      system: this.kernel,
      layout,
      epoch: 0,
      clock: () => this.now,
      onObserverError: (error) => this.errors.push(error),
      onOpen: (by) => {
        this.openTold += by;
      },
      ...(options.sizes === undefined ? {} : { sizes: options.sizes }),
      ...(options.lookup === undefined ? {} : { lookup: options.lookup }),
    });
  }

  async listen(handler: Partial<ListenHandler>): Promise<{ listening: Listening; socket: FakeSocket }> {
    const whole = { accept: () => {}, failed: () => {}, ...handler };
    const listening = await this.plane.listen(LISTENER, PLAIN_SOCKET, whole);
    const socket = this.kernel.sockets.find(({ state }) => state === 'listening')!;
    return { listening, socket };
  }

  /** The peer of a new socket; `role` decides which pattern it writes. */
  peer(socket: FakeSocket, role: 'client' | 'backend'): FakePeer {
    const [writes, reads] = role === 'client' ? [UP, DOWN] : [DOWN, UP];
    return new FakePeer(socket, writes, reads, this.random.int(1, 4096));
  }

  client(listener: FakeSocket): FakePeer {
    const socket = this.kernel.newSocket();
    const peer = this.peer(socket, 'client');
    this.kernel.arrive(listener, socket, peer);
    return peer;
  }

  /** A turn of the plane, and time goes on. */
  turn(ms = 0): void {
    this.plane.reactor.turn(0);
    this.now += ms;
  }
}
