import { Observable, type Subscription } from 'rxjs';
import type { Chunk } from '../core/chunk.ts';
import { type ChaosOptions, chaos } from './chaos.ts';
import { DRAIN } from './drain.ts';
import type { Stage } from './stage.ts';

/** Passes bytes on as they come, and a FIN, or a RST where that is asked for, late. */
export function slowClose({ control, direction, scheduler }: ChaosOptions<'slow_close'>): Stage {
  return (source) =>
    new Observable<Chunk>((output) => {
      let wait: Subscription | null = null;
      const later = (end: () => void) => {
        control.release = end;
        wait = scheduler.schedule(end, control.plan[direction] ?? 0);
      };
      const input = source.subscribe({
        next: (chunk) => output.next(chunk),
        error: (reset: unknown) => {
          if (control.plan.resets && reset !== DRAIN) later(() => output.error(reset));
          else output.error(reset);
        },
        complete: () => later(() => output.complete()),
      });
      return () => {
        input.unsubscribe();
        wait?.unsubscribe();
        control.release = null;
      };
    });
}

/** For each direction that the plan gives a delay. */
export const slowCloseFromPlan = chaos(
  'slow_close',
  slowClose,
  (plan, direction) => plan[direction] !== null,
);
