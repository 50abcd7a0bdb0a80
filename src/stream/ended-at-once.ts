import { Observable, type SchedulerLike } from 'rxjs';
import type { Chunk } from '../core/chunk.ts';
import type { Stage } from './stage.ts';
import type { StageEnd } from './stage-end.ts';

/** Ends the connection with the first chunk, which does not pass, and at the latest as soon as the scheduler comes round. */
export function endedAtOnce(
  end: () => StageEnd,
  scheduler: SchedulerLike,
  dropped: (bytes: number) => void,
): Stage {
  return (source) =>
    new Observable<Chunk>((output) => {
      const wait = scheduler.schedule(() => output.error(end()), 0);
      const input = source.subscribe({
        next: (chunk) => {
          output.error(end());
          dropped(chunk.bytes.length);
        },
        error: (reset: unknown) => output.error(reset),
        complete: () => output.complete(),
      });
      return () => {
        wait.unsubscribe();
        input.unsubscribe();
      };
    });
}
