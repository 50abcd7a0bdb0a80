import type { Candidate, PolicyState } from './candidate.ts';
import { indexAfter } from './round-robin.ts';

/**
 * The candidate with the fewest connections for its weight. Attempts under way count, so that a burst does not fall on
 * the backend that happens to answer slowly. Equals take turns.
 */
export function leastConnections(candidates: readonly Candidate[], state: PolicyState): number {
  const count = candidates.length;
  const first = indexAfter(candidates, state.last);
  let best = first;
  for (let step = 1; step < count; step++) {
    const index = first + step < count ? first + step : first + step - count;
    if (isLessLoaded(candidates[index] as Candidate, candidates[best] as Candidate)) best = index;
  }
  state.last = candidates[best]?.place ?? state.last;
  return best;
}

/** Compares connections for each unit of weight; multiplied out, so that no rounding makes equals differ. */
function isLessLoaded(a: Candidate, b: Candidate): boolean {
  return a.load * b.weight < b.load * a.weight;
}
