import type { Socket } from 'node:net';
import type { Address } from '../../core/address.ts';
import { type Chunk, keep } from '../../core/chunk.ts';
import { HeldBytes } from '../../core/held-bytes.ts';
import type { Cancellable, Endpoint, EndpointObserver } from '../../core/ports.ts';
import { endOfStream, readAgain, resetError } from './end-of-stream.ts';
import type { SendQueues } from './send-queue.ts';

/** What an endpoint needs of its plane. */
export interface EndpointHome {
  readonly sendQueues: SendQueues;
  readonly onObserverError: (error: unknown) => void;
  now(): number;
  gone(endpoint: NetEndpoint): void;
}

/** How the reading half stands. `holding` ends with the first `resume`, `discard`, `reset` or `close`. */
type Reading = 'holding' | 'flowing' | 'paused' | 'discarding' | 'stopped';

/**
 * One node:net socket behind the port. The socket was made with `allowHalfOpen`, paused, and with high-water marks of
 * one byte: Node then buffers at most one read, so that a RST cannot overtake data that waits inside of Node.
 */
export class NetEndpoint implements Endpoint {
  readonly local: Address;
  readonly remote: Address;
  readonly #socket: Socket;
  readonly #home: EndpointHome;
  readonly #isTcp: boolean;
  readonly #held = new HeldBytes();
  #observer: EndpointObserver | null = null;
  #reading: Reading = 'holding';
  #peekMax = 0;
  /** Bytes handed to the socket whose write has not been called back, first to last. */
  readonly #writes: number[] = [];
  #pending = 0;
  #endWanted = false;
  #endAsked = false;
  #finished = false;
  #resetting = false;
  #broken: string | null = null;
  #queueWait: Cancellable | null = null;

  constructor(socket: Socket, local: Address, remote: Address, home: EndpointHome) {
    this.#socket = socket;
    this.#home = home;
    this.local = local;
    this.remote = remote;
    this.#isTcp = remote.kind === 'tcp';
    socket.on('data', this.#onData);
    socket.on('end', this.#onEnd);
    socket.on('finish', this.#onFinish);
    socket.on('error', this.#onError);
    socket.on('close', this.#onClose);
  }

  /** Node shows nothing of it. */
  readonly unread = 0;
  get tcpInfo(): null {
    return null;
  }

  get originalDestination(): null {
    return null;
  }

  /** Every byte passes through Node's own buffers. */
  passTo(): void {}
  passToNobody(): void {}

  get pending(): number {
    return this.#pending;
  }

  observe(observer: EndpointObserver): void {
    this.#observer = observer;
  }

  peek(max: number): void {
    if (this.#reading !== 'holding') return;
    this.#peekMax = max;
    if (this.#held.length > 0) queueMicrotask(() => this.#tellHeld());
    if (this.#held.length < max) this.#socket.resume();
  }

  consume(bytes: number): void {
    if (this.#reading !== 'holding') throw new Error('consume() after resume()');
    this.#held.drop(bytes);
    if (this.#held.length < this.#peekMax) this.#socket.resume();
  }

  resume(): void {
    if (this.#reading !== 'holding' && this.#reading !== 'paused') return;
    this.#reading = 'flowing';
    if (this.#held.length > 0) queueMicrotask(this.#handHeld);
    else this.#socket.resume();
  }

  pause(): void {
    if (this.#reading === 'flowing') {
      this.#reading = 'paused';
      this.#socket.pause();
    }
  }

  discard(): void {
    if (this.#reading === 'stopped') return;
    this.#reading = 'discarding';
    this.#held.drop(this.#held.length);
    this.#socket.resume();
  }

  write(chunk: Chunk): void {
    if (this.#endWanted || this.#resetting || this.#socket.destroyed) return;
    const bytes = keep(chunk).bytes;
    this.#writes.push(bytes.length);
    this.#pending += bytes.length;
    this.#socket.write(bytes, this.#onWritten);
  }

  end(): void {
    if (this.#endWanted || this.#resetting) return;
    this.#endWanted = true;
    this.#endWhenWritten();
  }

  reset(): void {
    if (this.#resetting || this.#socket.destroyed) return;
    this.#resetting = true;
    this.#stopReading();
    this.#resetWhenDelivered();
  }

  close(): void {
    if (this.#resetting || this.#socket.destroyed) return;
    this.end();
    this.discard();
  }

  destroy(): void {
    if (this.#socket.destroyed) return;
    this.#resetting = true;
    this.#queueWait?.cancel();
    this.#stopReading();
    this.#sendReset();
  }

  /**
   * libuv refuses a reset while a shutdown is under way, and a socket closed then would tell the peer of a clean end.
   * So the shutdown is asked for only when nothing is pending, and a reset waits for one that was asked for.
   */
  #sendReset(): void {
    if (this.#socket.destroyed) return;
    if (this.#endAsked && !this.#finished) return;
    if (this.#isTcp) this.#socket.resetAndDestroy();
    else this.#socket.destroy();
  }

  #endWhenWritten(): void {
    if (!this.#endWanted || this.#endAsked || this.#pending > 0 || this.#socket.destroyed) return;
    this.#endAsked = true;
    this.#socket.end();
  }

  #resetWhenDelivered(): void {
    if (this.#pending > 0 || this.#queueWait !== null) return;
    if (this.local.kind !== 'tcp' || this.remote.kind !== 'tcp') {
      this.#sendReset();
      return;
    }
    const progress = () => this.#call((observer) => observer.progress());
    this.#queueWait = this.#home.sendQueues.wait(this.local, this.remote, progress, () => this.#sendReset());
  }

  #stopReading(): void {
    this.#reading = 'stopped';
    this.#held.drop(this.#held.length);
    this.#socket.pause();
  }

  readonly #handHeld = (): void => {
    if (this.#reading !== 'flowing' || this.#held.length === 0) return;
    const bytes = this.#held.take();
    this.#call((observer) => observer.data({ bytes, at: this.#home.now(), borrowed: false }));
    if (this.#reading === 'flowing') this.#socket.resume();
  };

  #tellHeld(): void {
    if (this.#reading !== 'holding' || this.#held.length === 0) return;
    const view = this.#held.view();
    this.#call((observer) => observer.held(view));
  }

  readonly #onData = (bytes: Buffer): void => {
    switch (this.#reading) {
      case 'holding':
        this.#held.add(bytes);
        if (this.#held.length >= this.#peekMax) this.#socket.pause();
        this.#tellHeld();
        return;
      case 'flowing':
      case 'paused':
        try {
          this.#observer?.data({ bytes, at: this.#home.now(), borrowed: false });
        } catch (error) {
          this.#home.onObserverError(error);
        }
        return;
      case 'discarding':
      case 'stopped':
        return;
    }
  };

  readonly #onEnd = (): void => {
    switch (endOfStream(this.#socket, this.#endAsked)) {
      case 'fin':
        this.#fin();
        return;
      case 'reset':
        this.#socket.destroy(resetError());
        return;
      case 'unknown':
        readAgain(this.#socket, () => this.#fin());
    }
  };

  #fin(): void {
    if (this.#broken === null) this.#call((observer) => observer.fin());
  }

  readonly #onWritten = (error?: Error | null): void => {
    // Node calls back without an error for writes that died with their socket.
    if (error || this.#socket.destroyed) return;
    const bytes = this.#writes.shift() ?? 0;
    this.#pending -= bytes;
    this.#call((observer) => observer.accepted(bytes));
    if (this.#pending > 0) return;
    if (this.#resetting) this.#resetWhenDelivered();
    else this.#endWhenWritten();
  };

  readonly #onFinish = (): void => {
    this.#finished = true;
    if (this.#resetting) this.#sendReset();
    else this.#call((observer) => observer.finished());
  };

  readonly #onError = (error: NodeJS.ErrnoException): void => {
    if (this.#broken !== null) return;
    this.#broken = error.code ?? 'UNKNOWN';
    this.#queueWait?.cancel();
    this.#call((observer) => observer.reset(this.#broken as string));
  };

  readonly #onClose = (): void => {
    this.#queueWait?.cancel();
    this.#home.gone(this);
    this.#call((observer) => observer.closed());
    this.#observer = null;
  };

  #call(tell: (observer: EndpointObserver) => void): void {
    if (this.#observer === null) return;
    try {
      tell(this.#observer);
    } catch (error) {
      this.#home.onObserverError(error);
    }
  }
}
