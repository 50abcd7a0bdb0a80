import { Observable, type Subscriber, type Subscription } from 'rxjs';
import type { Chunk } from '../core/chunk.ts';
import { standsIn } from '../core/stage-plan.ts';
import { type ChaosOptions, chaos } from './chaos.ts';
import { DRAIN } from './drain.ts';
import { Held } from './held.ts';
import type { Stage } from './stage.ts';
import { StageEnd } from './stage-end.ts';

/**
 * A black hole: nothing passes. What comes is held, as a network that is cut makes its sender hold it, until the connection
 * ends after a time, or the stage is taken away and everything passes. With `drops` what comes is dropped, a FIN or RST
 * passes, and the connection ends with the stage.
 */
export function timeout(options: ChaosOptions<'timeout'>): Stage {
  return (source) =>
    new Observable<Chunk>((output) => {
      const hole = new BlackHole(output, options);
      const input = source.subscribe(hole);
      return () => {
        input.unsubscribe();
        hole.stop();
      };
    });
}

export const timeoutFromPlan = chaos('timeout', timeout, (plan, direction) =>
  standsIn(plan.direction, direction),
);

class BlackHole {
  readonly #output: Subscriber<Chunk>;
  readonly #options: ChaosOptions<'timeout'>;
  readonly #held = new Held();
  readonly #wait: Subscription | null;
  #open = false;
  #releasing = false;
  #end: (() => void) | null = null;

  constructor(output: Subscriber<Chunk>, options: ChaosOptions<'timeout'>) {
    const { control, scheduler } = options;
    this.#output = output;
    this.#options = options;
    control.release = () => this.#release();
    const { afterMs } = control.plan;
    this.#wait = afterMs === 0 ? null : scheduler.schedule(() => this.#late(), afterMs);
  }

  next(chunk: Chunk): void {
    if (this.#open) this.#output.next(chunk);
    else if (this.#options.control.plan.drops) this.#options.dropped(chunk.bytes.length);
    else if (!this.#output.closed) this.#held.push(chunk);
  }

  error(reset: unknown): void {
    const isTaken = reset === DRAIN && this.#options.control.plan.drops;
    this.#finish(() => (isTaken ? this.#over() : this.#output.error(reset)));
    if (reset === DRAIN) this.#release();
  }

  complete(): void {
    this.#finish(() => this.#output.complete());
  }

  stop(): void {
    this.#wait?.unsubscribe();
    this.#options.control.release = null;
    const bytes = this.#held.drop();
    if (bytes > 0) this.#options.dropped(bytes);
  }

  #late(): void {
    if (!this.#open) this.#over();
  }

  #over(): void {
    const { end } = this.#options.control.plan;
    this.#output.error(new StageEnd(end, 'timeout'));
  }

  #finish(end: () => void): void {
    if (this.#open || this.#options.control.plan.drops) end();
    else this.#end = end;
  }

  #release(): void {
    if (this.#releasing || this.#open) return;
    this.#releasing = true;
    while (!this.#output.closed) {
      const chunk = this.#held.take(Number.POSITIVE_INFINITY);
      if (chunk === null) break;
      this.#output.next(chunk);
    }
    this.#open = true;
    this.#end?.();
  }
}
