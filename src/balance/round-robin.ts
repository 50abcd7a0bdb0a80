import type { Candidate, PolicyState } from './candidate.ts';

/** Each candidate in turn, whatever its weight: the one after the last pick. The template of a policy. */
export function roundRobin(candidates: readonly Candidate[], state: PolicyState): number {
  const index = indexAfter(candidates, state.last);
  state.last = candidates[index]?.place ?? state.last;
  return index;
}

/** Index of the first candidate after a place, going round; -1 where there are no candidates. */
export function indexAfter(candidates: readonly Candidate[], place: number): number {
  for (let index = 0; index < candidates.length; index++) {
    if ((candidates[index] as Candidate).place > place) return index;
  }
  return candidates.length === 0 ? -1 : 0;
}
