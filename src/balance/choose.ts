import type { BalancePolicy } from '../core/plan.ts';
import type { Candidate, Draw, PolicyState } from './candidate.ts';
import { isKeyed, POLICIES } from './policies.ts';
import { drawStarter, getsKey, keepStrongest, strongest } from './slow-start.ts';

/**
 * The candidate to take, null where there is none. Backends in a slow start get their part before the policy is asked,
 * which then chooses among the others; a policy that goes by keys is asked first, and again without them where they do not
 * get the key yet. May drop some of `candidates`. Allocates nothing.
 */
export function choose(
  balance: BalancePolicy,
  candidates: Candidate[],
  state: PolicyState,
  draw: Draw,
): Candidate | null {
  const policy = POLICIES[balance];
  const top = strongest(candidates);
  const isEven = isAllOf(candidates, top);
  if (isEven || isKeyed(balance)) {
    const chosen = candidates[policy(candidates, state, draw)] ?? null;
    if (isEven || chosen === null || getsKey(chosen, top, draw.hash)) return chosen;
  } else {
    const starter = drawStarter(candidates, top, draw);
    if (starter >= 0) return candidates[starter] as Candidate;
  }
  keepStrongest(candidates, top);
  return candidates[policy(candidates, state, draw)] ?? null;
}

function isAllOf(candidates: readonly Candidate[], strength: number): boolean {
  for (let index = 0; index < candidates.length; index++) {
    if ((candidates[index] as Candidate).strength !== strength) return false;
  }
  return true;
}
