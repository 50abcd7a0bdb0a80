import { Observable, type Subscriber } from 'rxjs';
import type { Chunk } from '../../src/core/chunk.ts';
import { CreditWindow, WINDOW_BYTES } from '../../src/core/window.ts';

/** A source that sends as fast as its credit window lets it, as a plane does; `give` resumes it at once. */
export class WindowedSource {
  readonly window: CreditWindow;
  readonly chunks: Observable<Chunk>;
  /** Bytes emitted. */
  sent = 0;
  /** The most that was ever outstanding. */
  highWater = 0;
  #output: Subscriber<Chunk> | null = null;
  readonly #produce: () => Uint8Array | null;
  #pumping = false;

  /** `produce` yields the next bytes, or null for FIN. */
  constructor(produce: () => Uint8Array | null, limit: number = WINDOW_BYTES) {
    this.#produce = produce;
    this.window = new CreditWindow(limit, { pause: () => undefined, resume: () => this.#pump() });
    this.chunks = new Observable((output) => {
      this.#output = output;
      this.#pump();
    });
  }

  #pump(): void {
    const output = this.#output;
    if (output === null || this.#pumping) return;
    this.#pumping = true;
    while (!this.window.paused && !output.closed) {
      const bytes = this.#produce();
      if (bytes === null) {
        output.complete();
        break;
      }
      this.sent += bytes.length;
      this.window.take(bytes.length);
      this.highWater = Math.max(this.highWater, this.window.outstanding);
      output.next({ bytes, at: 0, borrowed: false });
    }
    this.#pumping = false;
  }
}
