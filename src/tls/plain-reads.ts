import { HeldBytes } from '../core/held-bytes.ts';
import type { Endpoint } from '../core/ports.ts';
import type { Telling } from './telling.ts';

/** `holding` ends with the first `resume`, `discard` or `stop`. */
type Reading = 'holding' | 'flowing' | 'paused' | 'discarding' | 'stopped';

/**
 * The plain text that comes. The endpoint below is read until there is some that nobody wants, so that a peer which leaves
 * is noticed; that is held, and is no more than what the reads under way below bring, since it is paused from then on.
 */
export class PlainReads {
  readonly #below: Endpoint;
  readonly #tell: Telling;
  readonly #held = new HeldBytes();
  #at = 0;
  #reading: Reading = 'holding';
  #peekMax = 0;
  #ended = false;
  #finTold = false;

  constructor(below: Endpoint, tell: Telling) {
    this.#below = below;
    this.#tell = tell;
  }

  /** Nobody waits for bytes any more. */
  get isOver(): boolean {
    return this.#reading === 'discarding' || this.#reading === 'stopped';
  }

  /** All that came was handed over, or shown, and nobody has asked for silence. */
  get isHandedOver(): boolean {
    return this.#reading === 'holding' || this.isOver || this.#held.length === 0;
  }

  /** close_notify was read, and its owner does not know. */
  get owesFin(): boolean {
    return this.#ended && !this.#finTold && this.#reading !== 'stopped';
  }

  peek(max: number): void {
    if (this.#reading !== 'holding') return;
    this.#peekMax = max;
    if (this.#held.length < max) this.#below.resume();
  }

  consume(bytes: number): void {
    if (this.#reading !== 'holding') throw new Error('consume() after resume()');
    this.#held.drop(bytes);
    if (this.#held.length < this.#peekMax) this.#below.resume();
  }

  resume(): void {
    if (this.#reading !== 'holding' && this.#reading !== 'paused') return;
    this.#reading = 'flowing';
    if (this.#held.length === 0) this.#below.resume();
  }

  pause(): void {
    if (this.#reading !== 'flowing') return;
    this.#reading = 'paused';
    this.#below.pause();
  }

  discard(): void {
    if (this.#reading === 'stopped') return;
    this.#reading = 'discarding';
    this.#held.take();
    this.#below.resume();
  }

  stop(): void {
    this.#reading = 'stopped';
    this.#held.take();
    this.#below.pause();
  }

  arrived(bytes: Uint8Array, at: number): void {
    if (this.isOver) return;
    if (this.#reading === 'flowing' && this.#held.length === 0) {
      this.#tell.data({ bytes, at, borrowed: false });
      return;
    }
    this.#at = at;
    this.#held.add(bytes);
    if (this.#reading === 'holding') this.#tellHeld();
  }

  /** close_notify. What comes below from here on is nobody's. */
  end(): void {
    this.#ended = true;
    this.#below.discard();
    this.tellFin();
  }

  /** Hands over, or shows, what is held, where somebody wants it. */
  handOver(): void {
    if (this.#held.length > 0 && this.#reading === 'holding') this.#tellHeld();
    if (this.#held.length > 0 && this.#reading === 'flowing') {
      this.#tell.data({ bytes: this.#held.take(), at: this.#at, borrowed: false });
      if (this.#reading === 'flowing') this.#below.resume();
    }
    this.tellFin();
  }

  /** Tells the FIN where it was not told, and nothing before it waits to be seen. */
  tellFin(): void {
    if (!this.owesFin) return;
    const isSeen = this.#reading === 'holding' ? this.#held.length < this.#peekMax : this.isHandedOver;
    if (!isSeen) return;
    this.#finTold = true;
    this.#tell.fin();
  }

  #tellHeld(): void {
    if (this.#held.length >= this.#peekMax) this.#below.pause();
    if (this.#peekMax > 0) this.#tell.held(this.#held.view());
  }
}
