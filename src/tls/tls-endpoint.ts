import type { TLSSocket } from 'node:tls';
import type { Address } from '../core/address.ts';
import type { Chunk } from '../core/chunk.ts';
import type { Endpoint, EndpointObserver, TcpInfo } from '../core/ports.ts';
import { TRUNCATED } from '../core/tls.ts';
import type { Below, BelowOwner } from './below.ts';
import { PlainReads } from './plain-reads.ts';
import { PlainWrites } from './plain-writes.ts';
import { Telling } from './telling.ts';

/** What is told of a peer that asks for one new key after the other (TLS 1.3) and does not read the answers. */
export const ANSWERS_UNREAD = 'ERR_TLS_ANSWERS_UNREAD';

/** Answers that may wait for a peer: far more than a handshake, its tickets and new keys now and then. */
const ANSWERS_BYTES_MAX = 256 * 1024;

/**
 * The plain text of a session that stands. What it tells comes from a callback of the endpoint below or of node:tls, never
 * from inside of a call of its owner.
 */
export class TlsEndpoint implements Endpoint, BelowOwner {
  /** What is unread may be of TLS alone. */
  readonly unread = 0;
  readonly #tls: TLSSocket;
  readonly #below: Below;
  readonly #tell: Telling;
  readonly #reads: PlainReads;
  readonly #writes: PlainWrites;
  #isSoon = false;
  #sawEnd = false;
  #endWanted = false;
  /** close_notify was handed to the endpoint below. */
  #wroteLast = false;
  #closing = false;
  #resetting = false;
  #destroyed = false;
  /** What broke it; null = nothing did. */
  #lost: string | null = null;
  #lostTold = false;
  /** The descriptor is gone. */
  #isGone = false;
  #isClosed = false;

  constructor(tls: TLSSocket, below: Below, onError: (error: unknown) => void) {
    this.#tls = tls;
    this.#below = below;
    this.#tell = new Telling(onError);
    this.#reads = new PlainReads(below.endpoint, this.#tell);
    this.#writes = new PlainWrites(tls, below, () => this.#encrypted());
    below.owner = this;
    tls.on('data', (bytes: Buffer) => this.#reads.arrived(bytes, below.at));
    tls.on('end', () => this.#end());
    const failed = (error: NodeJS.ErrnoException) => this.broken(error.code ?? 'ERR_SSL');
    tls.on('error', failed);
    // All that node:tls says of an error where no server of its own owns the socket.
    tls.on('_tlsError', failed);
  }

  get local(): Address {
    return this.#below.endpoint.local;
  }

  get remote(): Address {
    return this.#below.endpoint.remote;
  }

  get tcpInfo(): TcpInfo | null {
    return this.#below.endpoint.tcpInfo;
  }

  get originalDestination(): Address | null {
    return this.#below.endpoint.originalDestination;
  }

  get pending(): number {
    return this.#isGone ? 0 : this.#writes.pending;
  }

  /** Every byte passes through TLS. */
  passTo(): void {}
  passToNobody(): void {}

  observe(observer: EndpointObserver): void {
    this.#tell.observe(observer);
  }

  peek(max: number): void {
    this.#reads.peek(max);
    this.#soon();
  }

  consume(bytes: number): void {
    this.#reads.consume(bytes);
  }

  resume(): void {
    this.#reads.resume();
    this.#soon();
  }

  pause(): void {
    this.#reads.pause();
  }

  discard(): void {
    this.#reads.discard();
    this.#soon();
  }

  write(chunk: Chunk): void {
    if (this.#endWanted || this.#isEnding) return;
    this.#writes.write(chunk);
    this.#below.touched();
  }

  end(): void {
    if (this.#endWanted || this.#isEnding) return;
    this.#endWanted = true;
    this.#tls.end();
    this.#below.touched();
  }

  reset(): void {
    if (this.#isEnding) {
      this.destroy();
      return;
    }
    this.#resetting = true;
    this.#reads.stop();
    this.#resetWhenEncrypted();
  }

  close(): void {
    if (this.#isEnding) {
      this.destroy();
      return;
    }
    this.end();
    this.#closing = true;
    this.discard();
    if (this.#wroteLast) this.#below.endpoint.close();
  }

  destroy(): void {
    if (this.#destroyed) return;
    this.#destroyed = true;
    this.#reads.stop();
    this.#cut();
    this.#below.endpoint.destroy();
    this.#soon();
  }

  // From below.

  fed(): void {
    if (this.#writes.answersWaiting > ANSWERS_BYTES_MAX) this.broken(ANSWERS_UNREAD);
  }

  cut(): void {
    if (!this.#sawEnd && !this.#closing) this.broken(TRUNCATED);
  }

  broken(code: string): void {
    if (this.#lost !== null || this.#resetting || this.#destroyed) return;
    this.#lost = code;
    this.#settle();
  }

  accepted(): void {
    const bytes = this.#writes.takeAccepted();
    if (bytes > 0) this.#tell.accepted(bytes);
  }

  progress(): void {
    this.#tell.progress();
  }

  wroteLast(): void {
    this.#wroteLast = true;
    if (this.#resetting) return;
    if (this.#closing) this.#below.endpoint.close();
    else this.#below.endpoint.end();
  }

  finished(): void {
    this.#tell.finished();
  }

  gone(): void {
    this.#isGone = true;
    this.#cut();
    this.#settle();
  }

  /** It was told to end by RST, or something broke it. */
  get #isEnding(): boolean {
    return this.#resetting || this.#destroyed || this.#isGone || this.#lost !== null;
  }

  /** Tells what is due when the call that asked for it has returned. */
  #soon(): void {
    if (this.#isSoon || this.#isClosed) return;
    this.#isSoon = true;
    queueMicrotask(() => {
      this.#isSoon = false;
      this.#settle();
    });
    this.#below.touched();
  }

  #settle(): void {
    this.#reads.handOver();
    if (this.#lost !== null && !this.#lostTold && this.#reads.isHandedOver) this.#tellLost(this.#lost);
    const owesReset = this.#lost !== null && !this.#lostTold && !this.#destroyed;
    if (this.#isGone && !this.#isClosed && !owesReset && !this.#owesFin) {
      this.#isClosed = true;
      this.#tell.closed();
    }
  }

  /** Bytes of a peer that has ended well wait for their owner, though the descriptor is gone. */
  get #owesFin(): boolean {
    return this.#reads.owesFin && !this.#reads.isOver && this.#lost === null && this.#finIsSafe;
  }

  get #finIsSafe(): boolean {
    return this.#sawEnd && !this.#closing && !this.#resetting && !this.#destroyed;
  }

  #tellLost(code: string): void {
    this.#lostTold = true;
    this.#reads.stop();
    this.#tell.reset(code);
    this.#cut();
    if (!this.#isGone) this.#below.endpoint.destroy();
  }

  #end(): void {
    this.#sawEnd = true;
    this.#reads.end();
  }

  #encrypted(): void {
    this.accepted();
    if (this.#resetting) this.#resetWhenEncrypted();
  }

  #resetWhenEncrypted(): void {
    if (!this.#writes.isEncrypted) return;
    this.#cut();
    this.#below.endpoint.reset();
  }

  /** TLS is of no use any more, and says nothing. */
  #cut(): void {
    this.#below.mute();
    this.#tls.destroy();
  }
}
