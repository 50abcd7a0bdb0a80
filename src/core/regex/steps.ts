import { RegexMistake } from './mistake.ts';
import type { ByteSet, Regex } from './syntax.ts';

/** A step of a non-deterministic automaton. */
export type Step =
  | { readonly kind: 'byte'; readonly set: ByteSet; readonly next: number }
  | { readonly kind: 'fork'; readonly next: number[] }
  | { readonly kind: 'end' };

const STEPS_MAX = 2000;

/** The steps of a regular expression, after Thompson; each has its number in the list. Throws a RegexMistake. */
export function compileSteps(regex: Regex): { readonly steps: readonly Step[]; readonly first: number } {
  const steps: Step[] = [{ kind: 'end' }];
  return { steps, first: before(0, regex) };

  /** Puts the steps of a part in front of those that begin with `next`; returns the number of the first. */
  function before(next: number, part: Regex): number {
    switch (part.kind) {
      case 'byte':
        return added({ kind: 'byte', set: part.set, next });
      case 'sequence':
        return part.of.reduceRight(before, next);
      case 'either':
        return added({ kind: 'fork', next: part.of.map((one) => before(next, one)) });
      case 'repeat':
        return repeated(next, part.of, part.min, part.max);
    }
  }

  function repeated(next: number, part: Regex, min: number, max: number): number {
    let first = next;
    if (max === Number.POSITIVE_INFINITY) {
      const turns: number[] = [next];
      first = added({ kind: 'fork', next: turns });
      turns.push(before(first, part));
    } else for (let i = min; i < max; i++) first = added({ kind: 'fork', next: [next, before(first, part)] });
    for (let i = 0; i < min; i++) first = before(first, part);
    return first;
  }

  function added(step: Step): number {
    if (steps.length === STEPS_MAX) throw new RegexMistake('`regex` is too long with all its repetitions');
    return steps.push(step) - 1;
  }
}
