import { Observable } from 'rxjs';
import type { Chunk } from '../core/chunk.ts';
import type { MirrorLine } from '../core/mirror.ts';
import { DRAIN } from './drain.ts';
import type { Stage, StageFactory } from './stage.ts';

/**
 * Copies every chunk into `line` and never delays or alters the stream. The copy is made before the chunk is passed on, so
 * that it is in order even where the reader makes the source emit again at once. FIN ends the line; RST and unsubscribing
 * reset it; where the stage is taken away, it leaves the line.
 */
export function mirror(line: MirrorLine): Stage {
  return (source) =>
    new Observable<Chunk>((output) => {
      let hasEnded = false;
      const input = source.subscribe({
        next: (chunk) => {
          if (output.closed) return;
          line.write(chunk.bytes);
          output.next(chunk);
        },
        error: (reset: unknown) => {
          if (reset === DRAIN) {
            hasEnded = true;
            line.leave();
          }
          output.error(reset);
        },
        complete: () => {
          hasEnded = true;
          line.end();
          output.complete();
        },
      });
      return () => {
        input.unsubscribe();
        if (!hasEnded) line.reset();
      };
    });
}

/** A line to the mirror's pool, where this direction of this connection has one. */
export const mirrorFromPlan: StageFactory<'mirror'> = ({ plan }, _direction, env) => {
  const line = env.openMirror?.(plan) ?? null;
  return line === null ? null : mirror(line);
};
