import { concatMap, map, Observable, of, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { type Chunk, keep } from '../../src/core/chunk.ts';
import { passThrough } from '../../src/stream/index.ts';
import { type MakeStage, STAGE_CLAIMS } from './contract.ts';

/** Stages with one defect each, and a claim of the contract that must find it. */
const BROKEN: Readonly<Record<string, { readonly make: MakeStage; readonly foundBy: string }>> = {
  'loses what it holds when the FIN comes': {
    make: () => onEnd((held, output) => (held.length > 1 ? undefined : output.next(held[0] as Chunk))),
    foundBy: 'half-close:',
  },
  'keeps a borrowed chunk without copying it': {
    make: () => onEnd((held, output) => held.forEach((chunk) => void output.next(chunk))),
    foundBy: 'borrowed chunks',
  },
  'turns a RST into a FIN': {
    make: () => (source) =>
      new Observable((output) =>
        source.subscribe({
          next: (chunk) => output.next(chunk),
          error: () => output.complete(),
          complete: () => output.complete(),
        }),
      ),
    foundBy: 'a RST with nothing before it',
  },
  'lets a RST overtake what it holds': {
    make:
      ({ scheduler }) =>
      (source) =>
        source.pipe(
          map(keep),
          concatMap((chunk) => timer(5, scheduler).pipe(map(() => chunk))),
        ),
    foundBy: 'reset:',
  },
  'goes on waiting after it was unsubscribed': {
    make:
      ({ scheduler }) =>
      (source) => {
        scheduler.schedule(() => undefined, 1000);
        return passThrough()(source);
      },
    foundBy: 'early unsubscribe:',
  },
  'turns the order of two chunks round': {
    make: () => (source) => {
      let first: Chunk | null = null;
      return source.pipe(
        map(keep),
        concatMap((chunk) => {
          const before = first;
          first = before === null ? chunk : null;
          return before === null ? [] : of(chunk, before);
        }),
      );
    },
    foundBy: 'many:',
  },
  'does not tell what it dropped': {
    make: () => () => new Observable(),
    foundBy: 'early unsubscribe:',
  },
};

describe('the contract of a stage', () => {
  for (const [defect, { make, foundBy }] of Object.entries(BROKEN)) {
    it(`finds a stage that ${defect}`, () => {
      const claim = Object.keys(STAGE_CLAIMS).find((name) => name.startsWith(foundBy));
      const check = STAGE_CLAIMS[claim ?? ''];
      expect(check, `a claim that starts with "${foundBy}"`).toBeDefined();
      expect(() => check?.(make, (at) => at)).toThrow();
      expect(() =>
        check?.(
          () => passThrough(),
          (at) => at,
        ),
      ).not.toThrow();
    });
  }
});

/** Holds everything, uncopied, until the FIN. */
function onEnd(end: (held: Chunk[], output: { next(chunk: Chunk): void }) => void): ReturnType<MakeStage> {
  return (source) =>
    new Observable((output) => {
      const held: Chunk[] = [];
      return source.subscribe({
        next: (chunk) => void held.push(chunk),
        error: (reset: unknown) => output.error(reset),
        complete: () => {
          end(held, output);
          output.complete();
        },
      });
    });
}
