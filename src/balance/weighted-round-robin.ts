import type { Candidate, PolicyState } from './candidate.ts';

/**
 * Shares by weight, evenly mixed (nginx's smooth weighted round robin): weights 5, 1, 1 give a a b a c a a, not
 * a a a a a b c. At each pick every candidate is owed its weight more; the one that is owed most is chosen and owed the
 * sum of all weights less. What a backend is owed rests while it is no candidate.
 */
export function weightedRoundRobin(candidates: readonly Candidate[], state: PolicyState): number {
  let sum = 0;
  let best = -1;
  let bestPlace = -1;
  let most = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < candidates.length; index++) {
    const { place, weight } = candidates[index] as Candidate;
    const owed = (state.owed[place] ?? 0) + weight;
    state.owed[place] = owed;
    sum += weight;
    if (owed > most) {
      most = owed;
      best = index;
      bestPlace = place;
    }
  }
  if (best >= 0) state.owed[bestPlace] = most - sum;
  return best;
}
