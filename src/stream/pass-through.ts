import { Observable } from 'rxjs';
import type { Chunk } from '../core/chunk.ts';
import type { Stage } from './stage.ts';

/** Passes everything on as it comes. The template of a stage: `docs/add-a-stage.md` grows it into another. */
export function passThrough(): Stage {
  return (source) =>
    new Observable<Chunk>((output) =>
      source.subscribe({
        next: (chunk) => output.next(chunk),
        error: (reset: unknown) => output.error(reset),
        complete: () => output.complete(),
      }),
    );
}
