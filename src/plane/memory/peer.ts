import type { Address } from '../../core/address.ts';
import type { ConnectFailure } from './address-book.ts';
import { ByteQueue, copyOf } from './byte-queue.ts';
import type { VirtualClock } from './clock.ts';
import { BROKEN, type KernelSocket, NOTHING_YET } from './socket.ts';

/** Bytes a peer reads or writes at once. */
const PEER_BYTES_MAX = 64 * 1024;

/** Reads a second of a peer that reads at a rate, at least. */
const RATED_READS_PER_SECOND = 100;

/** What peers read into; copied before anybody else reads. */
const target = new Uint8Array(PEER_BYTES_MAX);

/** Something that happened to a peer, in order; `at` is virtual time in milliseconds. */
export type PeerEvent =
  | { readonly kind: 'connected' | 'fin'; readonly at: number }
  | { readonly kind: 'bytes'; readonly at: number; readonly bytes: number }
  /** RST, or the network lost the connection: ECONNRESET, EPIPE, ETIMEDOUT. */
  | { readonly kind: 'reset'; readonly at: number; readonly code: string }
  /** The dial failed; nothing follows. */
  | { readonly kind: 'failed'; readonly at: number; readonly failure: ConnectFailure };

/** What a script may hear of its peer; called inside the run of the clock. What it throws ends that run. */
export interface PeerScript {
  readonly connected?: () => void;
  /** `bytes` are the script's to keep. */
  readonly data?: (bytes: Uint8Array) => void;
  readonly fin?: () => void;
  readonly reset?: (code: string) => void;
  readonly failed?: (failure: ConnectFailure) => void;
}

/**
 * A client or server outside the plane under test, with the ways of a real program: it writes as its kernel has room,
 * reads at once, at a rate or not at all, and ends by FIN, RST or silence. It records what it saw.
 */
export class MemoryPeer {
  readonly local: Address;
  readonly remote: Address;
  /** Everything that happened, in order. */
  readonly events: PeerEvent[] = [];
  readonly #clock: VirtualClock;
  readonly #outgoing = new ByteQueue();
  readonly #chunks: Uint8Array[] = [];
  #script: PeerScript = {};
  #socket: KernelSocket | null = null;
  #receivedBytes = 0;
  #reading: 'all' | 'none' | 'rated' = 'all';
  #bytesPerRead = PEER_BYTES_MAX;
  #msPerRead = 0;
  #readScheduled = false;
  #ending: 'no' | 'asked' | 'sent' = 'no';
  #finAt: number | null = null;
  #resetAt: number | null = null;
  #resetCode: string | null = null;
  #over = false;

  constructor(clock: VirtualClock, local: Address, remote: Address) {
    this.#clock = clock;
    this.local = local;
    this.remote = remote;
  }

  /** Whether it has connected; a server's peer always has. */
  get connected(): boolean {
    return this.#socket !== null;
  }
  /** When its peer's FIN was read; null = not yet. */
  get finAt(): number | null {
    return this.#finAt;
  }
  /** When a RST was read or met in writing; null = never. */
  get resetAt(): number | null {
    return this.#resetAt;
  }
  get resetCode(): string | null {
    return this.#resetCode;
  }
  get receivedBytes(): number {
    return this.#receivedBytes;
  }
  /** Everything it received, in one piece. */
  get received(): Uint8Array {
    if (this.#chunks.length > 1) this.#chunks.splice(0, this.#chunks.length, joined(this.#chunks));
    return this.#chunks[0] ?? new Uint8Array(0);
  }
  /** Bytes written that its kernel has had no room for. */
  get queued(): number {
    return this.#outgoing.length;
  }
  /** Bytes written that its peer's kernel has not got. */
  get undelivered(): number {
    return this.#outgoing.length + (this.#socket?.unacknowledged ?? 0);
  }

  /** Sets what the peer does when something happens; a later call replaces it. */
  on(script: PeerScript): void {
    this.#script = script;
  }

  /** Sends a copy of `bytes`, after what was written before; waits for the connection and for room. */
  write(bytes: Uint8Array): void {
    if (this.#over || this.#ending !== 'no') return;
    this.#outgoing.push(copyOf(bytes));
    this.#flush();
  }
  /** FIN after everything written. */
  end(): void {
    if (this.#ending !== 'no') return;
    this.#ending = 'asked';
    this.#flush();
  }
  /** RST at once, as SO_LINGER 0 and close do: what was not yet sent is lost. */
  reset(): void {
    this.#over = true;
    this.#socket?.abort();
  }
  /** close(2): RST where bytes are unread, else FIN; what the kernel has not taken yet is lost. */
  close(): void {
    this.#over = true;
    this.#socket?.close();
  }
  /** Falls silent: nothing comes or goes any more, and after `afterMs` both ends are told ETIMEDOUT. */
  vanish(afterMs: number): void {
    this.#socket?.lose(afterMs);
  }

  /** Reads whatever comes, at once; so it is from the start. */
  startReading(): void {
    this.#reading = 'all';
    this.#bytesPerRead = PEER_BYTES_MAX;
    this.#msPerRead = 0;
    this.#readSoon();
  }
  /** Reads nothing, not even FIN or RST. */
  stopReading(): void {
    this.#reading = 'none';
  }
  /** Reads in even pieces, `bytesPerSecond` in all. */
  readAtRate(bytesPerSecond: number): void {
    this.#reading = 'rated';
    const bytes = Math.ceil(bytesPerSecond / RATED_READS_PER_SECOND);
    this.#bytesPerRead = Math.min(PEER_BYTES_MAX, Math.max(1, bytes));
    this.#msPerRead = (this.#bytesPerRead / bytesPerSecond) * 1000;
    this.#readSoon();
  }

  /** The network hands over the connection. */
  attach(socket: KernelSocket): void {
    this.#socket = socket;
    if (this.#over) {
      socket.abort();
      return;
    }
    this.events.push({ kind: 'connected', at: this.#clock.now() });
    socket.watch(() => this.#changed());
    this.#script.connected?.();
    this.#changed();
  }

  /** The network says that the dial failed. */
  fail(failure: ConnectFailure): void {
    this.#over = true;
    this.events.push({ kind: 'failed', at: this.#clock.now(), failure });
    this.#script.failed?.(failure);
  }

  #changed(): void {
    if (this.#over) return;
    this.#flush();
    if (this.#reading === 'all') this.#readWhileThereIs();
    else this.#readSoon();
  }

  #flush(): void {
    const socket = this.#socket;
    if (socket === null || this.#over) return;
    while (this.#outgoing.length > 0) {
      const taken = socket.write(this.#outgoing.peek(PEER_BYTES_MAX));
      if (taken === BROKEN && this.#reading !== 'all') this.#wasReset(socket);
      if (taken <= 0) return;
      this.#outgoing.drop(taken);
    }
    if (this.#ending !== 'asked') return;
    this.#ending = 'sent';
    socket.shutdown();
    this.#closeWhenDone();
  }

  #readSoon(): void {
    if (this.#reading === 'none' || this.#readScheduled || this.#over) return;
    this.#readScheduled = true;
    this.#clock.at(this.#clock.now() + this.#msPerRead, () => {
      this.#readScheduled = false;
      if (this.#reading === 'all') this.#readWhileThereIs();
      else if (this.#readOnce()) this.#readSoon();
    });
  }

  #readWhileThereIs(): void {
    while (this.#reading === 'all' && this.#readOnce());
  }

  /** Whether there may be more to read. */
  #readOnce(): boolean {
    const socket = this.#socket;
    if (socket === null || this.#over || this.#reading === 'none') return false;
    const read = socket.read(target.subarray(0, this.#bytesPerRead));
    if (read === NOTHING_YET) return false;
    if (read === BROKEN) this.#wasReset(socket);
    else if (read === 0) this.#sawFin();
    else this.#got(target.slice(0, read));
    return read > 0;
  }

  #got(bytes: Uint8Array): void {
    this.#chunks.push(bytes);
    this.#receivedBytes += bytes.length;
    this.events.push({ kind: 'bytes', at: this.#clock.now(), bytes: bytes.length });
    this.#script.data?.(bytes);
  }

  #sawFin(): void {
    if (this.#finAt !== null) return;
    this.#finAt = this.#clock.now();
    this.events.push({ kind: 'fin', at: this.#finAt });
    this.#script.fin?.();
    this.#closeWhenDone();
  }

  /** A program closes its socket when both directions have ended. */
  #closeWhenDone(): void {
    if (this.#finAt === null || this.#ending !== 'sent') return;
    this.#over = true;
    this.#socket?.close();
  }

  #wasReset(socket: KernelSocket): void {
    this.#over = true;
    this.#resetAt = this.#clock.now();
    this.#resetCode = socket.error;
    this.events.push({ kind: 'reset', at: this.#resetAt, code: socket.error ?? '' });
    socket.close();
    this.#script.reset?.(this.#resetCode ?? '');
  }
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
