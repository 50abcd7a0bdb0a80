import { EAGAIN, EINTR, EINVAL, MSG_PEEK, MSG_TRUNC, SPLICE_F_MOVE, SPLICE_F_NONBLOCK } from './abi.ts';
import { receive, wasShort } from './calls.ts';
import { errorName } from './errno.ts';
import type { Home } from './home.ts';
import { SpliceRule } from './splice-rule.ts';
import type { Telling } from './telling.ts';
import type { WriteHalf } from './write-half.ts';

/** What one endpoint may read in a turn before the others have theirs. */
export const TURN_BYTES_MAX = 1024 * 1024;

/** What happens to the reading half. */
export interface ReadOwner {
  /** The peer has sent FIN, and everything before it was told. */
  fin(): void;
  /** Nothing is left to be read: the stream's end, or the error that a read has found. */
  readEnded(code: string | null): void;
  /** Call `pump` later. */
  runSoon(): void;
}

/** `holding` ends with the first `resume`, `discard` or `stop`. */
type Reading = 'holding' | 'flowing' | 'paused' | 'discarding' | 'stopped';

/**
 * What comes in from a socket. The kernel tells of each arrival once. So `#readable` stays true until a read says that
 * nothing is left: by EAGAIN, or by bringing less than was asked for, unless an end or urgent data was announced, since
 * then no edge would come for what is behind it.
 */
export class ReadHalf {
  readonly #fd: number;
  readonly #home: Home;
  readonly #tell: Telling;
  readonly #owner: ReadOwner;
  #reading: Reading = 'holding';
  #readable = false;
  #endIsNear = false;
  #isUrgent = false;
  #sawEnd = false;
  #finTold = false;
  #isPumping = false;
  /** Bytes told as held and still in the kernel; only while holding. */
  #held = 0;
  #peekMax = 0;
  #peekAgain = false;
  #failed = false;
  #to: WriteHalf | null = null;
  readonly #rule = new SpliceRule();
  #isBlocked = false;

  constructor(fd: number, home: Home, tell: Telling, owner: ReadOwner) {
    this.#fd = fd;
    this.#home = home;
    this.#tell = tell;
    this.#owner = owner;
  }

  /** The peer's FIN was reached. */
  get sawEnd(): boolean {
    return this.#sawEnd;
  }

  get isDiscarding(): boolean {
    return this.#reading === 'discarding';
  }

  /** Nobody reads to where an error would be found. */
  get hidesErrors(): boolean {
    return this.#sawEnd || this.#reading === 'stopped' || this.#reading === 'holding';
  }

  /** Bytes are there to be spliced, and wait until the other endpoint has none waiting. */
  get isBlocked(): boolean {
    return this.#isBlocked;
  }

  passTo(to: WriteHalf | null): void {
    this.#to = to;
    this.#rule.copyAgain();
  }

  /** Whether there may be something to tell. */
  peek(max: number): boolean {
    if (this.#reading !== 'holding') return false;
    this.#peekMax = max;
    this.#peekAgain = true;
    return this.#readable || this.#held > 0 || this.#endIsNear;
  }

  consume(bytes: number): void {
    if (this.#reading !== 'holding') throw new Error('consume() after resume()');
    if (bytes > this.#held) throw new RangeError(`${bytes} bytes consumed, ${this.#held} are held`);
    let left = bytes;
    while (left > 0) {
      const dropped = receive(this.#home, this.#fd, Math.min(left, this.#home.buffer.length), MSG_TRUNC);
      if (dropped <= 0) break;
      left -= dropped;
    }
    this.#held -= bytes;
    this.#readable = true;
    if (this.#peekMax > 0) this.#owner.runSoon();
  }

  /** Whether to pump. */
  resume(): boolean {
    if (this.#reading !== 'holding' && this.#reading !== 'paused') return false;
    if (this.#held > 0) this.#readable = true;
    this.#held = 0;
    this.#reading = 'flowing';
    return this.#readable || this.#endIsNear;
  }

  pause(): void {
    if (this.#reading === 'flowing') this.#reading = 'paused';
  }

  discard(): void {
    if (this.#reading === 'stopped') return;
    this.#reading = 'discarding';
    this.#readable = true;
  }

  stop(): void {
    this.#reading = 'stopped';
  }

  /** FIN or an error was announced: reads go on until they find it. */
  endIsNear(): void {
    this.#endIsNear = true;
    this.#readable = true;
  }

  /** Reads stop at urgent data (tcp(7)), so a short one says nothing from here on; and a splice never gets past it. */
  isUrgent(): void {
    this.#isUrgent = true;
  }

  /** Writing has failed: what was received is still handed over, and `readEnded` comes behind it. */
  failed(): void {
    this.#failed = true;
  }

  /** The stream's end was reached. Tells FIN, once. */
  tellFin(): void {
    this.#sawEnd = true;
    this.#tellFinOnce();
  }

  #tellFinOnce(): void {
    if (this.#finTold) return;
    this.#finTold = true;
    this.#owner.fin();
  }

  /** The kernel has said that something arrived; `isBroken`: also that the socket has an error. */
  arrived(isBroken: boolean): void {
    this.#readable = true;
    this.pump(isBroken);
  }

  /** Reads what there is, as the owner wants it. */
  pump(isBroken = false): void {
    if (this.#isPumping) return;
    this.#isPumping = true;
    try {
      if (this.#reading === 'holding') this.#hold(isBroken);
      else if (this.#reading === 'flowing') this.#flow();
      else if (this.#reading === 'discarding') this.#discardAll();
      if (this.#failed && (this.#sawEnd || this.#reading === 'stopped')) this.#owner.readEnded(null);
    } finally {
      this.#isPumping = false;
    }
  }

  #hold(isBroken: boolean): void {
    const max = Math.min(this.#peekMax, this.#home.buffer.length);
    if (max === 0 && this.#failed) this.#owner.readEnded(null);
    if (max === 0 || (this.#held >= max && !this.#peekAgain && !this.#failed)) return;
    const isAsked = this.#peekAgain;
    this.#peekAgain = false;
    const seen = receive(this.#home, this.#fd, max, MSG_PEEK);
    if (seen > 0) {
      const isNew = seen > this.#held || isAsked;
      this.#held = seen;
      if (isNew) this.#tell.held(this.#home.buffer.subarray(0, seen));
      if (this.#reading !== 'holding') return;
      if (this.#failed) this.#owner.readEnded(null);
      else if (this.#endIsNear && !isBroken && seen < max) this.#tellFinOnce();
      return;
    }
    if (seen === 0) {
      if (this.#failed) this.#owner.readEnded(null);
      else this.#tellFinOnce();
      return;
    }
    if (seen === -EAGAIN) this.#readable = false;
    else if (!wasShort(this.#home, seen, () => this.#readAgain())) this.#owner.readEnded(errorName(seen));
  }

  #flow(): void {
    this.#isBlocked = false;
    let budget = TURN_BYTES_MAX;
    while (this.#reading === 'flowing' && this.#readable && !this.#sawEnd) {
      if (budget <= 0) {
        this.#owner.runSoon();
        return;
      }
      const got = this.#rule.isSplicing && !this.#isUrgent ? this.#splice() : this.#read();
      if (got <= 0) return;
      budget -= got;
    }
  }

  /** Bytes read; 0 or less: nothing more for now. */
  #read(): number {
    const { buffer } = this.#home;
    const got = receive(this.#home, this.#fd, buffer.length, 0);
    if (got > 0) {
      const isFull = got === buffer.length;
      if (!isFull && !this.#endIsNear && !this.#isUrgent) this.#readable = false;
      if (this.#to !== null) this.#rule.copied(isFull);
      this.#tell.data(isFull ? buffer : buffer.subarray(0, got));
      return got;
    }
    this.#ended(got);
    return 0;
  }

  /** As `#read`, through a pipe into the other endpoint. */
  #splice(): number {
    const to = this.#to;
    const pipe = to?.borrowPipe() ?? null;
    if (to === null || pipe === null) {
      // Bytes that wait over there are ahead of ours: whoever writes them says when they are gone.
      if (to !== null && to.pending > 0) {
        this.#isBlocked = true;
        return 0;
      }
      this.#rule.copyAgain();
      return this.#read();
    }
    const { system } = this.#home;
    const got = system.splice(this.#fd, pipe.write, pipe.size, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
    to.filled(Math.max(0, got));
    if (got > 0) {
      this.#rule.spliced(got);
      this.#tell.moved(got);
      to.flush();
      return got;
    }
    if (got === -EINTR) return 1;
    if (got === -EINVAL) {
      this.#to = null;
      this.#rule.copyAgain();
      return 1;
    }
    this.#ended(got);
    return 0;
  }

  #discardAll(): void {
    let budget = TURN_BYTES_MAX;
    while (this.#reading === 'discarding' && this.#readable && !this.#sawEnd) {
      if (budget <= 0) {
        this.#owner.runSoon();
        return;
      }
      const got = receive(this.#home, this.#fd, this.#home.buffer.length, MSG_TRUNC);
      if (got <= 0) {
        this.#ended(got);
        return;
      }
      budget -= got;
    }
    if (this.#failed) this.#owner.readEnded(null);
  }

  /** A read brought nothing: not now, the end, or an error. */
  #ended(result: number): void {
    if (result === -EAGAIN) {
      this.#readable = false;
      if (this.#failed) this.#owner.readEnded(null);
      return;
    }
    if (result < 0 && wasShort(this.#home, result, () => this.#readAgain())) return;
    this.#readable = false;
    if (result === 0) this.#sawEnd = true;
    this.#owner.readEnded(result === 0 ? null : errorName(result));
  }

  #readAgain(): void {
    this.#readable = true;
    this.#owner.runSoon();
  }
}
