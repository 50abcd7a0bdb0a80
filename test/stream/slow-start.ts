import { asyncScheduler, Observable, type SchedulerLike, type Subscription } from 'rxjs';
import type { Chunk } from '../../src/core/chunk.ts';
import { Held } from '../../src/stream/held.ts';
import type { Stage } from '../../src/stream/stage.ts';

export interface SlowStartOptions {
  /** How long the first bytes wait, in milliseconds; 0 = they do not. */
  readonly delayMs: number;
  /** The clock and the wait. If not provided, defaults to `asyncScheduler`. */
  readonly scheduler?: SchedulerLike;
  /** Told how many bytes were held when the stage was unsubscribed. */
  readonly dropped: (bytes: number) => void;
}

/** Holds the first bytes for a while, and what comes meanwhile, as a peer does that is slow to answer. */
export function slowStart(options: SlowStartOptions): Stage {
  const { delayMs, scheduler = asyncScheduler, dropped } = options;
  return (source) =>
    new Observable<Chunk>((output) => {
      const held = new Held();
      let wait: Subscription | null = null;
      let started = delayMs === 0;
      let end: (() => void) | null = null;

      const start = () => {
        while (!output.closed) {
          const chunk = held.take(Number.POSITIVE_INFINITY);
          if (chunk === null) break;
          output.next(chunk);
        }
        started = true;
        end?.();
      };
      const finish = (passOn: () => void) => {
        if (started || wait === null) passOn();
        else end = passOn;
      };

      const input = source.subscribe({
        next: (chunk) => {
          if (output.closed) return;
          if (started) output.next(chunk);
          else held.push(chunk);
          if (!started) wait ??= scheduler.schedule(start, delayMs);
        },
        error: (reset: unknown) => finish(() => output.error(reset)),
        complete: () => finish(() => output.complete()),
      });
      return () => {
        input.unsubscribe();
        wait?.unsubscribe();
        const bytes = held.drop();
        if (bytes > 0) dropped(bytes);
      };
    });
}
