import { Observable, type Subscription } from 'rxjs';
import type { Chunk } from '../core/chunk.ts';
import { type ChaosOptions, chaos } from './chaos.ts';
import { DRAIN } from './drain.ts';
import type { Stage } from './stage.ts';
import { StageEnd } from './stage-end.ts';

/**
 * Passes everything on, and resets both peers after a time, whether bytes come or not. Where the plan awaits a direction the
 * time counts from the first that comes in it, bytes or FIN, and nothing passes from then on.
 */
export function resetPeer({ control, scheduler, dropped }: ChaosOptions<'reset_peer'>): Stage {
  return (source) =>
    new Observable<Chunk>((output) => {
      const { awaits, afterMs } = control.plan;
      let wait: Subscription | null = null;
      const reset = () => output.error(new StageEnd('reset', 'reset_peer'));
      const begin = () => {
        wait ??= scheduler.schedule(reset, afterMs);
      };
      if (awaits === undefined) begin();
      const input = source.subscribe({
        next: (chunk) => {
          if (awaits === undefined) output.next(chunk);
          else {
            begin();
            dropped(chunk.bytes.length);
          }
        },
        error: (error: unknown) => {
          // What was dropped is missed by whoever goes on without the stage.
          if (awaits !== undefined && wait !== null && error === DRAIN) reset();
          else output.error(error);
        },
        complete: () => (awaits === undefined ? output.complete() : begin()),
      });
      return () => {
        wait?.unsubscribe();
        input.unsubscribe();
      };
    });
}

/** In both directions: one of them may have ended before the time. One that is awaited is watched alone. */
export const resetPeerFromPlan = chaos(
  'reset_peer',
  resetPeer,
  ({ awaits }, direction) => awaits === undefined || awaits === direction,
);
