import type { Chunk } from '../../core/chunk.ts';
import { ByteQueue, copyOf } from './byte-queue.ts';
import { BROKEN, type KernelSocket } from './socket.ts';

/** Bytes offered to the kernel at once. */
const OFFER_BYTES_MAX = 256 * 1024;

/** The writing half of an endpoint: what the kernel has not taken waits here. */
export class WriteHalf {
  readonly #socket: KernelSocket;
  readonly #queue = new ByteQueue();
  #state: 'open' | 'ending' | 'finished' | 'broken' = 'open';
  #untoldBytes = 0;
  #finishUntold = false;

  constructor(socket: KernelSocket) {
    this.#socket = socket;
  }

  /** Bytes written and not taken by the kernel. */
  get pending(): number {
    return this.#queue.length;
  }

  /** The kernel has the FIN. */
  get finished(): boolean {
    return this.#state === 'finished';
  }

  /** A write or a FIN met a broken connection. */
  get broken(): boolean {
    return this.#state === 'broken';
  }

  write(chunk: Chunk): void {
    if (this.#state !== 'open') return;
    let taken = 0;
    if (this.#queue.length === 0) taken = this.#offer(chunk.bytes);
    if (taken === chunk.bytes.length) return;
    const rest = chunk.bytes.subarray(taken);
    this.#queue.push(chunk.borrowed ? copyOf(rest) : rest);
  }

  end(): void {
    if (this.#state === 'open') this.#state = 'ending';
  }

  /** Gives the kernel what it has room for, and the FIN when all is given. */
  flush(): void {
    while (this.#queue.length > 0 && this.#state !== 'broken') {
      const offered = this.#queue.peek(OFFER_BYTES_MAX);
      const taken = this.#offer(offered);
      this.#queue.drop(taken);
      if (taken < offered.length) break;
    }
    if (this.#state !== 'ending' || this.#queue.length > 0) return;
    if (this.#socket.error !== null) this.#state = 'broken';
    else {
      this.#socket.shutdown();
      this.#state = 'finished';
      this.#finishUntold = true;
    }
  }

  /** Bytes the kernel has taken since this was last asked. */
  takeAccepted(): number {
    const bytes = this.#untoldBytes;
    this.#untoldBytes = 0;
    return bytes;
  }

  /** True once, when the kernel has taken the FIN. */
  takeFinished(): boolean {
    const finished = this.#finishUntold;
    this.#finishUntold = false;
    return finished;
  }

  #offer(bytes: Uint8Array): number {
    const taken = this.#socket.write(bytes);
    if (taken === BROKEN) {
      this.#state = 'broken';
      return 0;
    }
    this.#untoldBytes += taken;
    return taken;
  }
}
