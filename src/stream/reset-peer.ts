import { Observable } from 'rxjs';
import type { Chunk } from '../core/chunk.ts';
import { type ChaosOptions, chaos } from './chaos.ts';
import type { Stage } from './stage.ts';
import { StageEnd } from './stage-end.ts';

/** Passes everything on, and resets both peers after a time, whether bytes come or not. */
export function resetPeer({ control, scheduler }: ChaosOptions<'reset_peer'>): Stage {
  return (source) =>
    new Observable<Chunk>((output) => {
      const reset = () => output.error(new StageEnd('reset', 'reset_peer'));
      const wait = scheduler.schedule(reset, control.plan.afterMs);
      const input = source.subscribe({
        next: (chunk) => output.next(chunk),
        error: (error: unknown) => output.error(error),
        complete: () => output.complete(),
      });
      return () => {
        wait.unsubscribe();
        input.unsubscribe();
      };
    });
}

/** In both directions: one of them may have ended before the time. */
export const resetPeerFromPlan = chaos('reset_peer', resetPeer, () => true);
