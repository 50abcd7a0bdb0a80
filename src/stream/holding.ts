import type { SchedulerLike, Subscriber, Subscription } from 'rxjs';
import { Observable } from 'rxjs';
import type { Chunk } from '../core/chunk.ts';
import type { StagePlan } from '../core/stage-plan.ts';
import { Held } from './held.ts';
import type { Stage, StageControl } from './stage.ts';

/** Decides when bytes may pass that a stage holds. Asked again after every piece. */
export interface Pace {
  /** A chunk came; it stands behind those that came before it. Borrowed bytes are not to be kept. */
  came(chunk: Chunk): void;
  /** How many bytes may pass now, in one piece, where `held` are held; 0 = none yet. Changes nothing. */
  allowed(held: number, now: number): number;
  /** Where none may: milliseconds until it is asked again. */
  waitMs(held: number, now: number): number;
  /** A piece passes, perhaps shorter than allowed; returns it, or the same bytes with another time. */
  passes(piece: Chunk, now: number): Chunk;
  /** Bytes are held from now on, or no longer. */
  holds?(some: boolean, now: number): void;
}

export interface HoldingOptions {
  readonly scheduler: SchedulerLike;
  /** Told how many bytes were held when the stage was unsubscribed. */
  readonly dropped: (bytes: number) => void;
  /** Where `hurry` is set. If not provided, nobody can hurry it. */
  readonly control?: Pick<StageControl<StagePlan['kind']>, 'hurry'>;
}

/** A stage that holds what its pace does not let pass. `pace` makes one for each subscription. */
export function holding(pace: () => Pace, options: HoldingOptions): Stage {
  return (source) =>
    new Observable<Chunk>((output) => {
      const hold = new Holding(output, pace(), options);
      const input = source.subscribe(hold);
      return () => {
        input.unsubscribe();
        hold.stop();
      };
    });
}

class Holding {
  readonly #output: Subscriber<Chunk>;
  readonly #pace: Pace;
  readonly #options: HoldingOptions;
  readonly #held = new Held();
  #wait: Subscription | null = null;
  #emitting = false;
  #holds = false;
  /** Everything passes. */
  #released = false;
  /** FIN or RST, once the source has sent one. */
  #end: (() => void) | null = null;

  constructor(output: Subscriber<Chunk>, pace: Pace, options: HoldingOptions) {
    this.#output = output;
    this.#pace = pace;
    this.#options = options;
    if (options.control !== undefined) options.control.hurry = () => this.#hurry();
  }

  next(chunk: Chunk): void {
    if (this.#output.closed) return;
    if (!this.#released) this.#pace.came(chunk);
    if (this.#emitting || this.#wait !== null) {
      this.#hold(chunk);
      return;
    }
    const now = this.#options.scheduler.now();
    if (this.#released || this.#pace.allowed(chunk.bytes.length, now) >= chunk.bytes.length)
      this.#emit(chunk, now);
    else this.#hold(chunk);
    this.#settle();
  }

  error(reset: unknown): void {
    this.#finish(() => this.#output.error(reset));
  }

  complete(): void {
    this.#finish(() => this.#output.complete());
  }

  /** Cancels the wait and drops what is held. */
  stop(): void {
    this.#wait?.unsubscribe();
    this.#wait = null;
    this.#tell(false);
    if (this.#options.control !== undefined) this.#options.control.hurry = null;
    const bytes = this.#held.drop();
    if (bytes > 0) this.#options.dropped(bytes);
  }

  #finish(end: () => void): void {
    this.#end = end;
    if (!this.#emitting && this.#wait === null) end();
  }

  #hold(chunk: Chunk): void {
    this.#held.push(chunk);
    this.#tell(true);
  }

  #tell(some: boolean): void {
    if (this.#holds === some) return;
    this.#holds = some;
    this.#pace.holds?.(some, this.#options.scheduler.now());
  }

  #emit(piece: Chunk, now: number): void {
    const passed = this.#released ? piece : this.#pace.passes(piece, now);
    this.#emitting = true;
    this.#output.next(passed);
    this.#emitting = false;
  }

  /** Passes what may pass of the held bytes, then waits, or ends where nothing is left. */
  #settle(): void {
    const { scheduler } = this.#options;
    while (this.#held.bytes > 0 && !this.#output.closed) {
      const now = scheduler.now();
      const piece = this.#takeAllowed(now);
      if (piece === null) {
        this.#wait = scheduler.schedule(() => this.#wake(), this.#pace.waitMs(this.#held.bytes, now));
        return;
      }
      this.#emit(piece, now);
    }
    if (this.#output.closed) return;
    this.#tell(false);
    this.#end?.();
  }

  #takeAllowed(now: number): Chunk | null {
    if (this.#released) return this.#held.take(Number.POSITIVE_INFINITY);
    const bytes = this.#pace.allowed(this.#held.bytes, now);
    return bytes > 0 ? this.#held.take(bytes) : null;
  }

  #wake(): void {
    this.#wait = null;
    this.#settle();
  }

  #hurry(): void {
    if (this.#released) return;
    this.#released = true;
    if (this.#wait === null) return;
    this.#wait.unsubscribe();
    this.#wake();
  }
}
