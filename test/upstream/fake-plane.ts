import { type Address, formatAddress } from '../../src/core/address.ts';
import type {
  Cancellable,
  DialFailureKind,
  DialHandler,
  DialOptions,
  Endpoint,
  EndpointObserver,
  Listening,
  Plane,
  Timers,
} from '../../src/core/ports.ts';
import { TimerWheel } from '../../src/core/timer-wheel.ts';

/** How a dial to an address ends, and after how long; at once where `afterMs` is absent. */
export type Answer =
  | { readonly kind: 'connect'; readonly afterMs?: number }
  | { readonly kind: DialFailureKind; readonly code: string; readonly afterMs?: number }
  | { readonly kind: 'silence' }
  | { readonly kind: 'throw'; readonly error: Error };

export const CONNECT: Answer = { kind: 'connect', afterMs: 10 };
export const REFUSE: Answer = { kind: 'refused', code: 'ECONNREFUSED', afterMs: 10 };
export const SILENCE: Answer = { kind: 'silence' };

/** A plane that only dials, in virtual time, as a test scripts it. Timers and dials alive can be counted. */
export class FakePlane implements Plane {
  readonly name = 'memory';
  readonly resetsAfterDelivery = false;
  readonly timers: Timers;
  /** Each dial: to whom and when. */
  readonly dials: { readonly to: string; readonly at: number; readonly source: string | null }[] = [];
  /** What timers threw: nothing may end here. */
  readonly errors: unknown[] = [];
  /** Most dials that were under way at once. */
  peak = 0;
  /** Endpoints that were ended by RST, by FIN, and all that were ever made. */
  resets = 0;
  closes = 0;
  connections = 0;
  #answer: (to: string) => Answer;
  #now = 0;
  #pending = 0;
  readonly #wheel = new TimerWheel(0);

  constructor(answer: (to: string) => Answer) {
    this.#answer = answer;
    this.timers = {
      epoch: 0,
      now: () => this.#now,
      after: (delayMs, fire) => this.#wheel.schedule(this.#now, delayMs, fire),
    };
  }

  /** Dials under way and endpoints not yet ended. */
  get open(): number {
    return this.#pending + this.connections - this.resets - this.closes;
  }

  get timersWaiting(): number {
    return this.#wheel.size;
  }

  answerWith(answer: (to: string) => Answer): void {
    this.#answer = answer;
  }

  /** Lets time pass, tick by tick of what is due. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const due = this.#wheel.nextDue();
      if (due === null || due > end) break;
      this.#now = Math.max(this.#now, due);
      this.#wheel.advance(this.#now, (error) => this.errors.push(error));
    }
    this.#now = end;
    this.#wheel.advance(end, (error) => this.errors.push(error));
  }

  dial(address: Address, { source = null }: DialOptions, handler: DialHandler): Cancellable {
    const to = formatAddress(address);
    const answer = this.#answer(to);
    this.dials.push({ to, at: this.#now, source });
    if (answer.kind === 'throw') throw answer.error;
    this.#pending++;
    this.peak = Math.max(this.peak, this.#pending);
    let isOver = false;
    const settle = (): void => {
      if (isOver) return;
      isOver = true;
      this.#pending--;
      if (answer.kind === 'connect') handler.connected(this.#endpoint(address));
      else if (answer.kind !== 'silence') handler.failed({ kind: answer.kind, code: answer.code });
    };
    const timer = 'afterMs' in answer ? this.timers.after(answer.afterMs, settle) : null;
    if (timer === null && answer.kind !== 'silence') settle();
    return {
      cancel: () => {
        if (isOver) return;
        isOver = true;
        this.#pending--;
        timer?.cancel();
      },
    };
  }

  listen(): Promise<Listening> {
    throw new Error('a fake plane does not listen');
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #endpoint(remote: Address): Endpoint {
    this.connections++;
    let observer: EndpointObserver | null = null;
    const told = (): EndpointObserver => {
      if (observer === null) throw new Error('an endpoint is used without an observer');
      return observer;
    };
    const refuse = (): never => {
      throw new Error('a probe of TCP only ends what it connected');
    };
    return {
      local: { kind: 'tcp', host: '127.0.0.1', port: 1 },
      remote,
      pending: 0,
      tcpInfo: null,
      originalDestination: null,
      unread: 0,
      passTo: refuse,
      passToNobody: refuse,
      observe: (one) => {
        observer = one;
      },
      destroy: () => {
        const observer = told();
        this.resets++;
        observer.closed();
      },
      peek: refuse,
      consume: refuse,
      resume: refuse,
      pause: refuse,
      discard: refuse,
      write: refuse,
      end: refuse,
      reset: refuse,
      close: () => {
        const observer = told();
        this.closes++;
        observer.closed();
      },
    };
  }
}
