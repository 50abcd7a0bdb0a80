import type { Candidate, Draw, PolicyState } from './candidate.ts';
import { chance, FIRST, pickByWeight } from './chance.ts';

/** Any candidate, as likely as its weight says. The template of a policy. */
export function random(candidates: readonly Candidate[], _state: PolicyState, draw: Draw): number {
  return pickByWeight(candidates, chance(draw, FIRST));
}
