import type { Address } from '../../core/address.ts';
import { type Chunk, keep } from '../../core/chunk.ts';
import type { Endpoint, EndpointObserver, Timers } from '../../core/ports.ts';
import { UNWATCHED } from '../unwatched.ts';

/**
 * A backend inside of Sluice: no socket, but the promises of one. What is written comes back (`echoes`) or is gone; the FIN
 * is answered by a FIN. What cannot be handed over at once waits in a queue that the credit window of the connection bounds.
 */
export class LocalEndpoint implements Endpoint {
  readonly local: Address;
  readonly remote: Address;
  readonly tcpInfo = null;
  readonly originalDestination = null;
  readonly unread = 0;
  readonly #timers: Timers;
  readonly #echoes: boolean;
  #observer: EndpointObserver = UNWATCHED;
  #queue: Chunk[] = [];
  #pending = 0;
  #isFlowing = false;
  #isDropping = false;
  #hasEnded = false;
  #isFinDue = false;
  #isClosed = false;

  constructor(at: Address, timers: Timers, echoes: boolean) {
    this.local = at;
    this.remote = at;
    this.#timers = timers;
    this.#echoes = echoes;
  }

  observe(observer: EndpointObserver): void {
    this.#observer = observer;
  }

  resume(): void {
    this.#isFlowing = true;
    for (let chunk = this.#queue.shift(); chunk !== undefined; chunk = this.#queue.shift()) {
      this.#pending -= chunk.bytes.length;
      this.#giveBack(chunk);
      if (!this.#isFlowing) return;
    }
    this.#finishIfDone();
  }

  pause(): void {
    this.#isFlowing = false;
  }

  discard(): void {
    this.#isDropping = true;
    this.resume();
  }

  get pending(): number {
    return this.#pending;
  }

  write(chunk: Chunk): void {
    if (this.#isClosed || this.#hasEnded) return;
    if (this.#echoes && !this.#isFlowing) {
      this.#queue.push(keep(chunk));
      this.#pending += chunk.bytes.length;
    } else this.#giveBack(chunk);
  }

  end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#finishIfDone();
  }

  reset(): void {
    this.destroy();
  }

  close(): void {
    this.destroy();
  }

  destroy(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#queue = [];
    this.#pending = 0;
    this.#timers.after(0, () => this.#observer.closed());
  }

  peek(): void {}
  consume(): void {}
  passTo(): void {}
  passToNobody(): void {}

  #giveBack(chunk: Chunk): void {
    this.#observer.accepted(chunk.bytes.length);
    if (this.#echoes && !this.#isDropping) this.#observer.data(chunk);
  }

  /** Not from within `end`: whoever calls it has not told yet that the FIN was passed on. */
  #finishIfDone(): void {
    if (!this.#hasEnded || this.#isFinDue || this.#queue.length > 0) return;
    this.#isFinDue = true;
    this.#timers.after(0, () => {
      if (this.#isClosed) return;
      this.#observer.finished();
      this.#observer.fin();
    });
  }
}
