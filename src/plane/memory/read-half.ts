import { ByteQueue } from './byte-queue.ts';
import type { Random } from './random.ts';
import type { ReadBuffer } from './read-buffer.ts';
import { BROKEN, type KernelSocket, NOTHING_YET } from './socket.ts';

/** What the reading half tells; views are valid until the call returns. */
export interface ReadEvents {
  held(view: Uint8Array): void;
  data(view: Uint8Array): void;
  fin(): void;
}

/** `read`: something was told, there may be more. `quiet`: nothing to tell now. `broken`: the socket is. */
export type ReadResult = 'read' | 'quiet' | 'broken';

/**
 * The modes of the reading half. `holding`: reads nothing, before anybody asked. `peeking`: reads and holds.
 * `flowing`: hands over. `paused`: has flowed and does not now. `discarding`: reads and drops. `deaf`: reads no more.
 */
type Mode = 'holding' | 'peeking' | 'flowing' | 'paused' | 'discarding' | 'deaf';

/** How often a read that was under way still arrives after `pause`. */
const LATE_READ_SHARE = 0.5;

/** The reading half of an endpoint: one `step` reads once and tells once. */
export class ReadHalf {
  readonly #socket: KernelSocket;
  readonly #buffer: ReadBuffer;
  readonly #random: Random;
  readonly #events: ReadEvents;
  readonly #held = new ByteQueue();
  #mode: Mode = 'holding';
  #peekMax = 0;
  #tellHeldAgain = false;
  #lateRead = false;
  #finTold = false;

  constructor(socket: KernelSocket, buffer: ReadBuffer, random: Random, events: ReadEvents) {
    this.#socket = socket;
    this.#buffer = buffer;
    this.#random = random;
    this.#events = events;
  }

  get finTold(): boolean {
    return this.#finTold;
  }

  /** Whether steps go on until they have come to the end of what has arrived, and so to a RST. */
  get reading(): boolean {
    if (this.#mode === 'flowing') return !this.#finTold || this.#held.length > 0;
    if (this.#finTold) return false;
    return this.#mode === 'discarding' || (this.#mode === 'peeking' && this.#held.length < this.#peekMax);
  }

  peek(max: number): void {
    if (this.#mode !== 'holding' && this.#mode !== 'peeking') {
      throw new Error('peek() after resume(), discard(), reset() or close()');
    }
    if (max > this.#peekMax && this.#held.length > 0) this.#tellHeldAgain = true;
    this.#peekMax = max;
    this.#mode = 'peeking';
  }

  consume(bytes: number): void {
    if (this.#mode !== 'holding' && this.#mode !== 'peeking') {
      throw new Error('consume() after resume(), discard(), reset() or close()');
    }
    if (bytes > this.#held.length) {
      throw new RangeError(`consume(${bytes}): ${this.#held.length} bytes are held`);
    }
    this.#held.drop(bytes);
  }

  resume(): void {
    if (this.#mode === 'deaf' || this.#mode === 'discarding') return;
    this.#mode = 'flowing';
    this.#lateRead = false;
  }

  pause(): void {
    if (this.#mode === 'peeking') this.#mode = 'holding';
    if (this.#mode !== 'flowing') return;
    this.#mode = 'paused';
    this.#lateRead = this.#random.chance(LATE_READ_SHARE);
  }

  discard(): void {
    if (this.#mode === 'deaf') return;
    this.#mode = 'discarding';
    this.#drop();
  }

  /** Reads nothing more, for good. */
  stop(): void {
    this.#mode = 'deaf';
    this.#drop();
  }

  step(): ReadResult {
    switch (this.#mode) {
      case 'flowing':
        return this.#flow();
      case 'peeking':
        return this.#peekOnce();
      case 'discarding':
        return this.#discardAll();
      case 'paused':
        return this.#late();
      case 'holding':
      case 'deaf':
        return 'quiet';
    }
  }

  #flow(): ReadResult {
    const view = this.#buffer.lend(this.#buffer.nextReadBytes());
    const held = this.#held.read(view);
    if (held > 0) return this.#tell(view.subarray(0, held), this.#events.data);
    if (this.#finTold) return 'quiet';
    const read = this.#socket.read(view);
    if (read > 0) return this.#tell(view.subarray(0, read), this.#events.data);
    return this.#ended(read);
  }

  #peekOnce(): ReadResult {
    if (!this.#tellHeldAgain) {
      if (this.#finTold || this.#held.length >= this.#peekMax) return 'quiet';
      const view = this.#buffer.lend(this.#buffer.nextReadBytes());
      const read = this.#socket.read(view);
      if (read <= 0) return this.#ended(read);
      this.#held.push(view.slice(0, read));
    }
    this.#tellHeldAgain = false;
    const view = this.#buffer.lend(this.#held.length);
    this.#held.copy(view);
    return this.#tell(view, this.#events.held);
  }

  #discardAll(): ReadResult {
    if (this.#finTold) return 'quiet';
    const view = this.#buffer.lend(this.#buffer.nextReadBytes());
    const read = this.#socket.read(view);
    return read > 0 ? 'read' : this.#ended(read);
  }

  /** The read that was under way when `pause` was called, where chance wants one. */
  #late(): ReadResult {
    if (!this.#lateRead || this.#held.length + this.#socket.unread === 0) return 'quiet';
    this.#lateRead = false;
    this.#flow();
    return 'quiet';
  }

  #ended(result: number): ReadResult {
    if (result === BROKEN) return 'broken';
    if (result === NOTHING_YET) return 'quiet';
    this.#finTold = true;
    this.#events.fin();
    return 'read';
  }

  #tell(view: Uint8Array, told: (view: Uint8Array) => void): ReadResult {
    told(view);
    this.#buffer.giveBack(view);
    return 'read';
  }

  #drop(): void {
    this.#held.clear();
    this.#tellHeldAgain = false;
    this.#lateRead = false;
  }
}
