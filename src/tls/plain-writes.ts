import type { TLSSocket } from 'node:tls';
import type { Chunk } from '../core/chunk.ts';
import type { Below } from './below.ts';

/** What a record adds to its plain text at most: header, explicit IV, padding and MAC of TLS 1.2 (RFC 5246, section 6.2.3). */
const RECORD_OVERHEAD_MAX = 96;
const RECORD_BYTES_MAX = 16 * 1024;

/** Plain text whose cipher text ends where `upTo` bytes of all of it were written below. */
interface Encrypted {
  readonly bytes: number;
  readonly upTo: number;
}

/** The plain text that goes: it counts as accepted when the cipher text that carries it was. */
export class PlainWrites {
  readonly #tls: TLSSocket;
  readonly #below: Below;
  readonly #encrypted: () => void;
  /** Written, and not yet encrypted: in bytes, first to last. */
  readonly #waiting: number[] = [];
  readonly #marks: Encrypted[] = [];
  pending = 0;

  /** `encrypted` is called when more was encrypted, and so may have been accepted. */
  constructor(tls: TLSSocket, below: Below, encrypted: () => void) {
    this.#tls = tls;
    this.#below = below;
    this.#encrypted = encrypted;
  }

  /** All that was written is cipher text, and handed to the endpoint below. */
  get isEncrypted(): boolean {
    return this.#waiting.length === 0;
  }

  /** Bytes that wait below and carry nothing that was written here: what TLS answers by itself, at least so many. */
  get answersWaiting(): number {
    const records = this.#marks.length + this.#waiting.length + Math.ceil(this.pending / RECORD_BYTES_MAX);
    return this.#below.written - this.#below.taken - this.pending - records * RECORD_OVERHEAD_MAX;
  }

  write(chunk: Chunk): void {
    const bytes = chunk.borrowed ? Buffer.from(chunk.bytes) : chunk.bytes;
    this.pending += bytes.length;
    this.#waiting.push(bytes.length);
    this.#tls.write(bytes, this.#onEncrypted);
  }

  /** Plain text that was accepted since this was asked last. */
  takeAccepted(): number {
    let bytes = 0;
    for (let mark = this.#marks[0]; mark !== undefined && mark.upTo <= this.#below.taken; ) {
      bytes += mark.bytes;
      this.#marks.shift();
      mark = this.#marks[0];
    }
    this.pending -= bytes;
    return bytes;
  }

  readonly #onEncrypted = (error?: Error | null): void => {
    if (error) return;
    this.#marks.push({ bytes: this.#waiting.shift() ?? 0, upTo: this.#below.written });
    this.#encrypted();
  };
}
