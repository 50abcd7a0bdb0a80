import { type Chunk, keep } from '../../core/chunk.ts';
import { EAGAIN, EINTR, MSG_NOSIGNAL, SPLICE_F_MOVE, SPLICE_F_NONBLOCK } from './abi.ts';
import { wasShort } from './calls.ts';
import type { Home } from './home.ts';
import type { Pipe } from './pipe-pool.ts';
import type { Telling } from './telling.ts';

/** What happened to the writing half. */
export interface WriteOwner {
  /** Nothing waits any more. */
  drained(): void;
  /** A call failed: `result` is the negative error. Nothing is written any more. */
  writeFailed(result: number): void;
}

/**
 * What waits to be written to a socket, in order: bytes in a pipe, then bytes in memory. Only one of both grows at a time:
 * a pipe is filled while no bytes wait, and whoever fills it writes no chunks before it is empty.
 */
export class WriteHalf {
  readonly #fd: number;
  readonly #home: Home;
  readonly #tell: Telling;
  readonly #owner: WriteOwner;
  #queue: Uint8Array[] = [];
  #queued = 0;
  #pipe: Pipe | null = null;
  #piped = 0;
  #writable = true;
  #dropped = false;

  constructor(fd: number, home: Home, tell: Telling, owner: WriteOwner) {
    this.#fd = fd;
    this.#home = home;
    this.#tell = tell;
    this.#owner = owner;
  }

  get pending(): number {
    return this.#queued + this.#piped;
  }

  /** The kernel has room again. */
  canWrite(): void {
    if (this.#dropped) return;
    this.#writable = true;
    if (this.#queued + this.#piped > 0) this.flush();
  }

  write(chunk: Chunk): void {
    if (this.#dropped) return;
    const { bytes } = chunk;
    if (this.#queued + this.#piped > 0 || !this.#writable) {
      this.#enqueue(keep(chunk).bytes);
      return;
    }
    const sent = this.#send(bytes);
    if (sent < 0) return;
    if (sent < bytes.length) {
      const rest = bytes.subarray(sent);
      this.#enqueue(chunk.borrowed ? new Uint8Array(rest) : rest);
    }
    if (sent > 0) this.#tell.accepted(sent);
  }

  /** An empty pipe to be filled, where nothing waits and the system gives one; null = write instead. */
  borrowPipe(): Pipe | null {
    if (this.#dropped || this.#queued + this.#piped > 0) return null;
    this.#pipe ??= this.#home.pipes.take();
    return this.#pipe;
  }

  /** So many bytes were put into the pipe, 0 too: then it goes back to the pool. */
  filled(bytes: number): void {
    this.#piped += bytes;
    if (this.#piped === 0) this.#releasePipe();
  }

  /** Writes what waits, as far as the kernel takes it. */
  flush(): void {
    if (this.#flushPipe() && this.#flushQueue() && !this.#dropped) this.#owner.drained();
  }

  /** Drops what waits, for good: nothing is written to the descriptor any more. */
  drop(): void {
    this.#dropped = true;
    this.#queue = [];
    this.#queued = 0;
    if (this.#pipe !== null && this.#piped > 0) this.#home.pipes.discard(this.#pipe);
    else if (this.#pipe !== null) this.#home.pipes.release(this.#pipe);
    this.#pipe = null;
    this.#piped = 0;
  }

  /** Whether the pipe is empty. */
  #flushPipe(): boolean {
    while (this.#piped > 0) {
      if (!this.#writable || this.#pipe === null) return false;
      const { system } = this.#home;
      const moved = system.splice(this.#pipe.read, this.#fd, this.#piped, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
      if (moved === -EINTR) continue;
      if (moved === -EAGAIN || moved === 0) {
        this.#writable = false;
        return false;
      }
      if (this.#isShort(moved)) return false;
      if (moved < 0) {
        this.#owner.writeFailed(moved);
        return false;
      }
      this.#piped -= moved;
      if (this.#piped === 0) this.#releasePipe();
      this.#tell.accepted(moved);
    }
    return true;
  }

  /** Whether the queue is empty. */
  #flushQueue(): boolean {
    while (this.#queue.length > 0) {
      if (!this.#writable) return false;
      const first = this.#queue[0]!;
      const sent = this.#send(first);
      if (sent < 0) return false;
      if (sent === first.length) this.#queue.shift();
      else this.#queue[0] = first.subarray(sent);
      this.#queued -= sent;
      if (sent > 0) this.#tell.accepted(sent);
    }
    return true;
  }

  /** Bytes that the kernel took; -1 where it failed and the owner was told. Fewer than all: it takes no more now. */
  #send(bytes: Uint8Array): number {
    for (;;) {
      const sent = this.#home.system.send(this.#fd, bytes, bytes.length, MSG_NOSIGNAL);
      if (sent === -EINTR) continue;
      if (sent >= 0) {
        if (sent < bytes.length) this.#writable = false;
        return sent;
      }
      this.#writable = false;
      if (sent === -EAGAIN || this.#isShort(sent)) return 0;
      this.#owner.writeFailed(sent);
      return -1;
    }
  }

  #isShort(result: number): boolean {
    if (!wasShort(this.#home, result, () => this.canWrite())) return false;
    this.#writable = false;
    return true;
  }

  #enqueue(bytes: Uint8Array): void {
    this.#queue.push(bytes);
    this.#queued += bytes.length;
  }

  #releasePipe(): void {
    if (this.#pipe !== null) this.#home.pipes.release(this.#pipe);
    this.#pipe = null;
  }
}
