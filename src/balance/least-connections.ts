import type { Candidate, PolicyState } from './candidate.ts';

/**
 * The candidate with the fewest connections for its weight. Attempts under way count, so that a burst does not fall on
 * the backend that happens to answer slowly. Equals take turns.
 */
export function leastConnections(candidates: readonly Candidate[], state: PolicyState): number {
  const best = pickByLoad(candidates, indexAfter(candidates, state.last));
  state.last = candidates[best]?.place ?? state.last;
  return best;
}

/** The least loaded for its weight, of equals the one that comes first from the index `first` on, going round. */
export function pickByLoad(candidates: readonly Candidate[], first: number): number {
  const count = candidates.length;
  let best = count === 0 ? -1 : first;
  for (let step = 1; step < count; step++) {
    const index = first + step < count ? first + step : first + step - count;
    if (isLessLoaded(candidates[index] as Candidate, candidates[best] as Candidate)) best = index;
  }
  return best;
}

/** Compares connections for each unit of weight; multiplied out, so that no rounding makes equals differ. */
export function isLessLoaded(a: Candidate, b: Candidate): boolean {
  return a.load * b.weight < b.load * a.weight;
}

/** Index of the first candidate after a place, going round; -1 where there are no candidates. */
function indexAfter(candidates: readonly Candidate[], place: number): number {
  for (let index = 0; index < candidates.length; index++) {
    if ((candidates[index] as Candidate).place > place) return index;
  }
  return candidates.length === 0 ? -1 : 0;
}
