import type { Address } from '../../core/address.ts';
import type { Pipe } from './pipe.ts';

/** `read` has nothing now. */
export const NOTHING_YET = -1;
/** `read` and `write`: the connection is broken; `error` says how. */
export const BROKEN = -2;

/**
 * A socket as a kernel keeps it: non-blocking calls, and one call back when something may have changed. That call comes
 * only from arrivals, never from inside one of these methods.
 */
export class KernelSocket {
  readonly local: Address;
  readonly remote: Address;
  readonly #gone: () => void;
  #out!: Pipe;
  #in!: Pipe;
  #lose!: (afterMs: number) => void;
  #state: 'open' | 'orphaned' | 'gone' = 'open';
  #finRead = false;
  #error: string | null = null;
  #ready: () => void = nothing;

  /** `gone` is called once, when the last trace of the socket has left the kernel. */
  constructor(local: Address, remote: Address, gone: () => void) {
    this.local = local;
    this.remote = remote;
    this.#gone = gone;
  }

  /** Joins the socket to its pipes; `lose` as below. Called once, before anything else. */
  attach(out: Pipe, incoming: Pipe, lose: (afterMs: number) => void): void {
    this.#out = out;
    this.#in = incoming;
    this.#lose = lose;
  }

  /** Sets who is called when there may be bytes, FIN, RST or room. */
  watch(ready: () => void): void {
    this.#ready = ready;
  }

  /** ECONNRESET, EPIPE (RST after FIN) or ETIMEDOUT; null where the connection is whole. */
  get error(): string | null {
    return this.#error;
  }

  /** Bytes that were written and that the peer's kernel has not got. */
  get unacknowledged(): number {
    return this.#out.unacknowledged;
  }

  /** Bytes that wait to be read. */
  get unread(): number {
    return this.#in.readable;
  }

  /** Bytes read, 0 for FIN, NOTHING_YET or BROKEN. Bytes and a FIN that came before a RST are read before it. */
  read(target: Uint8Array): number {
    const bytes = this.#in.read(target);
    if (bytes > 0) return bytes;
    if (this.#in.finArrived && !this.#finRead) {
      this.#finRead = true;
      return 0;
    }
    if (this.#error !== null) return BROKEN;
    return this.#finRead ? 0 : NOTHING_YET;
  }

  /** Bytes taken (a copy), 0 where there is no room, or BROKEN. */
  write(bytes: Uint8Array): number {
    if (this.#error !== null || this.#state !== 'open') return BROKEN;
    return this.#out.write(bytes);
  }

  /** FIN after everything written. */
  shutdown(): void {
    if (this.#state === 'open') this.#out.finish();
  }

  /**
   * Gives the socket up. With unread bytes the kernel sends RST, which destroys what was not delivered; else what was
   * written, and FIN, are still delivered behind the owner's back.
   */
  close(): void {
    if (this.#state !== 'open') return;
    this.#ready = nothing;
    if (this.#error !== null) this.#vanish();
    else if (this.#in.readable > 0) this.abort();
    else {
      this.#state = 'orphaned';
      this.#out.finish();
      if (this.#in.finArrived) this.#vanish();
    }
  }

  /** SO_LINGER 0 and close: RST now, what was not yet sent is lost. */
  abort(): void {
    if (this.#state === 'gone') return;
    if (this.#error === null) this.#out.abort();
    this.#vanish();
  }

  /** The network loses the connection without a word. Both kernels give up with ETIMEDOUT `afterMs` later. */
  lose(afterMs: number): void {
    this.#lose(afterMs);
  }

  /** Breaks the connection here: a RST came, or the kernel gave up. */
  fail(code: string): void {
    if (this.#state === 'gone' || this.#error !== null) return;
    this.#error = code;
    this.#out.stop();
    if (this.#state === 'orphaned') this.#vanish();
    else this.#ready();
  }

  /** Bytes or FIN came. False where nobody is here to get them: then RST was sent. */
  arrived(): boolean {
    if (this.#state === 'open') {
      this.#ready();
      return true;
    }
    if (this.#state === 'gone') return false;
    if (this.#in.readable > 0) this.abort();
    else if (this.#in.finArrived) this.#vanish();
    return false;
  }

  /** The peer's kernel has got more. */
  acknowledged(): void {
    if (this.#state === 'open') this.#ready();
  }

  /** RST came. */
  wasReset(): void {
    this.fail(this.#in.finArrived ? 'EPIPE' : 'ECONNRESET');
  }

  #vanish(): void {
    if (this.#state === 'gone') return;
    this.#state = 'gone';
    this.#ready = nothing;
    this.#in.deafen();
    this.#gone();
  }
}

function nothing(): void {}
