import { Observable, type Subscriber, type Subscription } from 'rxjs';
import type { Chunk } from '../core/chunk.ts';
import { DRAIN } from './drain.ts';
import { Held } from './held.ts';
import type { Stage } from './stage.ts';

/**
 * A place in a live stream into which a stage can be put, and from which it can be taken, without loss and in order: the
 * stage that goes lets everything it holds pass first, while what comes waits here.
 *
 *     const point = new SwitchPoint(null, dropped);
 *     chunks.pipe(point.stage).subscribe(…);
 *     point.set(rateLimit({ … }));
 */
export class SwitchPoint {
  /** For one subscription. */
  readonly stage: Stage;
  readonly #dropped: (bytes: number) => void;
  readonly #emptied: () => void;
  readonly #held = new Held();
  #wanted: Stage | null;
  #present: Stage | null = null;
  /** The input of the stage that is present; null = bytes pass by. */
  #input: Subscriber<Chunk> | null = null;
  #subscription: Subscription | null = null;
  #output: Subscriber<Chunk> | null = null;
  #draining = false;
  #flushing = false;
  /** FIN or RST that waits for a stage to be drained. */
  #end: (() => void) | null = null;

  /**
   * `stage` is in it from the beginning; null = none. `dropped` is told what waited here when it was unsubscribed, `emptied`
   * that a stage has gone and none has come in its place, so that nothing is in it and nothing waits.
   */
  constructor(stage: Stage | null, dropped: (bytes: number) => void, emptied: () => void = () => undefined) {
    this.#wanted = stage;
    this.#dropped = dropped;
    this.#emptied = emptied;
    this.stage = (source) => new Observable((output) => this.#join(source, output));
  }

  /** Puts a stage in the place of the one there is; null = none. Bytes that came before still pass the old one. */
  set(stage: Stage | null): void {
    this.#wanted = stage;
    if (this.#output === null || this.#draining || stage === this.#present) return;
    if (this.#input === null) {
      this.#install(this.#output);
      return;
    }
    this.#draining = true;
    this.#input.error(DRAIN);
  }

  #join(source: Observable<Chunk>, output: Subscriber<Chunk>): () => void {
    this.#output = output;
    this.#install(output);
    const input = source.subscribe({
      next: (chunk) => this.#next(chunk, output),
      error: (reset: unknown) => this.#finish((to) => to.error(reset), output),
      complete: () => this.#finish((to) => to.complete(), output),
    });
    return () => {
      input.unsubscribe();
      this.#subscription?.unsubscribe();
      const bytes = this.#held.drop();
      if (bytes > 0) this.#dropped(bytes);
    };
  }

  #next(chunk: Chunk, output: Subscriber<Chunk>): void {
    if (output.closed) return;
    if (this.#draining || this.#flushing) this.#held.push(chunk);
    else (this.#input ?? output).next(chunk);
  }

  #finish(end: (to: Subscriber<Chunk>) => void, output: Subscriber<Chunk>): void {
    if (this.#draining || this.#flushing) this.#end = () => end(this.#input ?? output);
    else end(this.#input ?? output);
  }

  /** Puts in what is wanted. */
  #install(output: Subscriber<Chunk>): void {
    const stage = this.#wanted;
    this.#present = stage;
    this.#input = null;
    if (stage === null) return;
    const chunks = new Observable<Chunk>((input) => {
      this.#input = input;
    });
    this.#subscription = stage(chunks).subscribe({
      next: (chunk) => output.next(chunk),
      // One that is not ours is that of a switch point around this one, and on its way there.
      error: (reset: unknown) =>
        reset === DRAIN && this.#draining ? this.#drained(output) : output.error(reset),
      complete: () => output.complete(),
    });
  }

  #drained(output: Subscriber<Chunk>): void {
    this.#draining = false;
    if (output.closed) return;
    this.#install(output);
    if (this.#flushing) return;
    this.#flushing = true;
    while (!this.#draining && !output.closed) {
      const chunk = this.#held.take(Number.POSITIVE_INFINITY);
      if (chunk === null) break;
      (this.#input ?? output).next(chunk);
    }
    this.#flushing = false;
    if (this.#draining || output.closed) return;
    if (this.#end !== null) this.#end();
    else if (this.#present === null) this.#emptied();
  }
}
