import type { Address } from '../../core/address.ts';
import type { Chunk } from '../../core/chunk.ts';
import type { Endpoint, EndpointObserver, SocketOptions } from '../../core/ports.ts';
import type { VirtualClock } from './clock.ts';
import type { Random } from './random.ts';
import type { ReadBuffer } from './read-buffer.ts';
import { ReadHalf } from './read-half.ts';
import type { KernelSocket } from './socket.ts';
import { WriteHalf } from './write-half.ts';

/** What an endpoint needs of its plane. */
export interface EndpointHost {
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly buffer: ReadBuffer;
  /** An observer threw. */
  report(error: unknown): void;
  /** The descriptor is gone; told before the observer hears `closed`. */
  released(endpoint: MemoryEndpoint): void;
}

/**
 * `resetting`: RST when all is delivered. `closing`: FIN, then read to the peer's FIN. `gone`: the socket is given up,
 * `closed` is still to be told. `closed`: nothing is ever told again.
 */
type Life = 'open' | 'resetting' | 'closing' | 'gone' | 'closed';

/**
 * An endpoint over a simulated socket. Everything is told in turns of the clock's queue, never from inside a method its
 * owner calls; each turn reads at most once.
 */
export class MemoryEndpoint implements Endpoint {
  readonly local: Address;
  readonly remote: Address;
  /** What the listener or the dial asked for; the simulated network does nothing with it, tests may look. */
  readonly options: SocketOptions;
  readonly #host: EndpointHost;
  readonly #socket: KernelSocket;
  readonly #reader: ReadHalf;
  readonly #writer: WriteHalf;
  #observer: EndpointObserver | null = null;
  #life: Life = 'open';
  #awake = false;
  #undelivered = 0;

  constructor(host: EndpointHost, socket: KernelSocket, options: SocketOptions) {
    this.local = socket.local;
    this.remote = socket.remote;
    this.options = options;
    this.#host = host;
    this.#socket = socket;
    this.#writer = new WriteHalf(socket);
    this.#reader = new ReadHalf(socket, host.buffer, host.random, {
      held: (view) => this.#tell((observer) => observer.held(view)),
      data: (view) => this.#tellData(view),
      fin: () => this.#tell((observer) => observer.fin()),
    });
    socket.watch(() => this.#wake());
  }

  observe(observer: EndpointObserver): void {
    this.#observer = observer;
  }

  peek(max: number): void {
    if (this.#may('open')) this.#reader.peek(max);
  }

  consume(bytes: number): void {
    if (this.#may('open')) this.#reader.consume(bytes);
  }

  resume(): void {
    if (this.#may('open')) this.#reader.resume();
  }

  pause(): void {
    if (this.#may('open')) this.#reader.pause();
  }

  discard(): void {
    if (this.#may('open')) this.#reader.discard();
  }

  /** There is no kernel to ask. */
  get tcpInfo(): null {
    return null;
  }

  get originalDestination(): null {
    return null;
  }

  /** Every byte is handed over, so that tests see it. */
  passTo(): void {}
  passToNobody(): void {}

  get unread(): number {
    return this.#life === 'open' ? this.#socket.unread : 0;
  }

  get pending(): number {
    return this.#writer.pending;
  }

  write(chunk: Chunk): void {
    if (this.#may('open')) this.#writer.write(chunk);
  }

  end(): void {
    if (this.#may('open')) this.#writer.end();
  }

  reset(): void {
    if (!this.#may('open', 'closing')) return;
    this.#life = 'resetting';
    this.#reader.stop();
    this.#undelivered = this.#writer.pending + this.#socket.unacknowledged;
  }

  close(): void {
    if (!this.#may('open')) return;
    this.#life = 'closing';
    this.#writer.end();
    this.#reader.discard();
  }

  destroy(): void {
    if (this.#may('open', 'closing', 'resetting')) this.#abandon();
  }

  /** Gives the socket up by RST, whether it is observed or not; for a plane that closes. */
  abandon(): void {
    if (this.#life !== 'closed' && this.#life !== 'gone') this.#abandon();
  }

  /** As `abandon`, and tells `closed` now. */
  finish(): void {
    if (this.#life === 'closed') return;
    this.abandon();
    this.#turn();
  }

  /** Whether a method does anything in this state of life; whatever it does is looked at in a turn to come. */
  #may(...lives: readonly Life[]): boolean {
    if (this.#observer === null) throw new Error('observe() comes before every other method of an endpoint');
    if (!lives.includes(this.#life)) return false;
    this.#wake();
    return true;
  }

  #wake(): void {
    if (this.#awake) return;
    this.#awake = true;
    this.#host.clock.soon(() => this.#turn());
  }

  #turn(): void {
    this.#awake = false;
    if (this.#life === 'closed') return;
    const wasGone = this.#life === 'gone';
    if (!wasGone) this.#writer.flush();
    this.#tellWritten();
    if (wasGone) this.#tellClosed();
    else this.#carryOn();
  }

  #carryOn(): void {
    if (this.#life === 'resetting') this.#awaitDelivery();
    else if (this.#life !== 'gone') this.#read();
  }

  #tellWritten(): void {
    const accepted = this.#writer.takeAccepted();
    if (accepted > 0) this.#tell((observer) => observer.accepted(accepted));
    if (this.#writer.takeFinished()) this.#tell((observer) => observer.finished());
  }

  #read(): void {
    const result = this.#reader.step();
    if (result === 'read') this.#wake();
    const broken =
      result === 'broken' ||
      (this.#socket.error !== null && (this.#writer.broken || this.#reader.finTold) && !this.#reader.reading);
    if (this.#life === 'gone' || this.#life === 'resetting') return;
    if (broken) this.#fail();
    else if (this.#life === 'closing' && this.#writer.finished && this.#reader.finTold) {
      this.#socket.close();
      this.#leave();
    }
  }

  #awaitDelivery(): void {
    if (this.#socket.error !== null) {
      this.#fail();
      return;
    }
    const undelivered = this.#writer.pending + this.#socket.unacknowledged;
    const progress = undelivered < this.#undelivered;
    this.#undelivered = undelivered;
    if (progress) this.#tell((observer) => observer.progress());
    if (undelivered === 0 && this.#life === 'resetting') this.#abandon();
  }

  /** The connection is broken: tell it, give the socket up. */
  #fail(): void {
    const code = this.#socket.error as string;
    this.#abandon();
    this.#tell((observer) => observer.reset(code));
  }

  #abandon(): void {
    this.#socket.abort();
    this.#leave();
  }

  #leave(): void {
    this.#life = 'gone';
    this.#reader.stop();
    this.#wake();
  }

  #tellClosed(): void {
    this.#life = 'closed';
    this.#host.released(this);
    this.#tell((observer) => observer.closed());
  }

  #tellData(view: Uint8Array): void {
    const chunk: Chunk = { bytes: view, at: this.#host.clock.now(), borrowed: true };
    this.#tell((observer) => observer.data(chunk));
  }

  #tell(call: (observer: EndpointObserver) => void): void {
    if (this.#observer === null) return;
    try {
      call(this.#observer);
    } catch (error) {
      this.#host.report(error);
    }
  }
}
