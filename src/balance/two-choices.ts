import type { Candidate, Draw, PolicyState } from './candidate.ts';
import { chance, FIRST, pickByWeight, SECOND } from './chance.ts';
import { isLessLoaded } from './least-connections.ts';

/**
 * Of two candidates drawn by weight the one with fewer connections for its weight, of equals the first. Almost as even as
 * `least_connections`, and shards that see the same loads do not all choose the same backend.
 */
export function twoChoices(candidates: readonly Candidate[], _state: PolicyState, draw: Draw): number {
  const first = pickByWeight(candidates, chance(draw, FIRST));
  const second = pickByWeight(candidates, chance(draw, SECOND), first);
  if (second < 0) return first;
  return isLessLoaded(candidates[second] as Candidate, candidates[first] as Candidate) ? second : first;
}
