import type { Endpoint } from '../core/ports.ts';
import { Held } from '../stream/index.ts';

/** The bytes that wait for one mirror: held before it is reached, in its endpoint from then on. */
export class MirrorQueue {
  readonly #held = new Held();
  readonly #hold: (bytes: number) => void;
  #endpoint: Endpoint | null = null;
  #waiting = 0;

  /** `hold` is told of bytes that wait, and, as a negative number, of those that no longer do. */
  constructor(hold: (bytes: number) => void) {
    this.#hold = hold;
  }

  /** Bytes that wait. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Takes bytes that are valid until this returns, read at `at`. */
  push(bytes: Uint8Array, at: number): void {
    this.#change(bytes.length);
    const chunk = { bytes, at, borrowed: true };
    if (this.#endpoint === null) this.#held.push(chunk);
    else this.#endpoint.write(chunk);
  }

  /** Hands over what is held, and from now on everything. */
  open(endpoint: Endpoint): void {
    this.#endpoint = endpoint;
    const all = Number.POSITIVE_INFINITY;
    for (let chunk = this.#held.take(all); chunk !== null; chunk = this.#held.take(all))
      endpoint.write(chunk);
  }

  /** The endpoint's socket took bytes. */
  accepted(bytes: number): void {
    this.#change(-bytes);
  }

  /** Forgets what waits; tells how many bytes that were. Nothing may be pushed any more. */
  drop(): number {
    const dropped = this.#waiting;
    this.#held.drop();
    this.#change(-dropped);
    return dropped;
  }

  #change(bytes: number): void {
    this.#waiting += bytes;
    this.#hold(bytes);
  }
}
