import { Observable } from 'rxjs';
import { type Chunk, part } from '../core/chunk.ts';
import type { Stage } from './stage.ts';
import type { StageEnd } from './stage-end.ts';

/** How many bytes may pass before the connection ends. */
export interface Allowance {
  left(): number;
  spend(bytes: number): void;
}

/** Bytes that have passed. */
export interface Passed {
  bytes: number;
}

/** What is left of `limit()`, of which `passed` is gone. */
export function allowanceOf(passed: Passed, limit: () => number): Allowance {
  return {
    left: () => Math.max(0, limit() - passed.bytes),
    spend: (bytes) => {
      passed.bytes += bytes;
    },
  };
}

/**
 * Passes on what may pass and ends the connection with the last byte of it, or with the first one that is too many. What
 * came beyond is dropped. `allowance` is asked for at each subscription.
 */
export function endingAfter(
  allowance: () => Allowance,
  end: () => StageEnd,
  dropped: (bytes: number) => void,
): Stage {
  return (source) =>
    new Observable<Chunk>((output) => {
      const room = allowance();
      const last = (chunk: Chunk, left: number) => {
        room.spend(left);
        if (left > 0) output.next(left === chunk.bytes.length ? chunk : part(chunk, 0, left));
        output.error(end());
        if (left < chunk.bytes.length) dropped(chunk.bytes.length - left);
      };
      return source.subscribe({
        next: (chunk) => {
          if (output.closed) return;
          const left = room.left();
          if (chunk.bytes.length >= left) {
            last(chunk, left);
            return;
          }
          room.spend(chunk.bytes.length);
          output.next(chunk);
        },
        error: (reset: unknown) => output.error(reset),
        complete: () => output.complete(),
      });
    });
}
