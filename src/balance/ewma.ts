import type { Candidate, Draw, PolicyState } from './candidate.ts';
import { chance, FIRST, pickByWeight, SECOND, TO_EXPLORE } from './chance.ts';
import { isLessLoaded } from './least-connections.ts';

/** Share of picks that heed weights alone: a backend that was slow once has to be measured again. */
const EXPLORED = 1 / 32;

/**
 * Of two candidates drawn by weight the one that should answer sooner: the smaller product of its measured time and the
 * connections it would have, for its weight. Where one of them was never measured loads decide.
 */
export function ewma(candidates: readonly Candidate[], _state: PolicyState, draw: Draw): number {
  const first = pickByWeight(candidates, chance(draw, FIRST));
  const second = pickByWeight(candidates, chance(draw, SECOND), first);
  if (second < 0 || chance(draw, TO_EXPLORE) < EXPLORED) return first;
  return isSooner(candidates[second] as Candidate, candidates[first] as Candidate) ? second : first;
}

function isSooner(a: Candidate, b: Candidate): boolean {
  if (a.latency === 0 || b.latency === 0) return isLessLoaded(a, b);
  return a.latency * (a.load + 1) * b.weight < b.latency * (b.load + 1) * a.weight;
}
