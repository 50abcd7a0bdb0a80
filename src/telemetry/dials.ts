import type { ClosedFact, DialAttempt, StateVisit } from '../core/facts.ts';

/**
 * Which attempts to reach a backend belong to which stay in `dialing`. Each stay has at most one, in order of time; one
 * that began before any attempt (no backend was eligible) has none. Where there are more attempts than stays, the last
 * stay has the rest.
 */
export function attemptsByVisit({ visits, attempts }: ClosedFact): Map<StateVisit, DialAttempt[]> {
  const dials = visits.filter(({ state }) => state === 'dialing');
  const byVisit = new Map<StateVisit, DialAttempt[]>();
  let next = 0;
  for (const attempt of attempts) {
    while (next < dials.length - 1 && (dials[next] as StateVisit).to < attempt.from) next++;
    const visit = dials[Math.min(next, dials.length - 1)];
    if (visit === undefined) break;
    byVisit.set(visit, [...(byVisit.get(visit) ?? []), attempt]);
    next++;
  }
  return byVisit;
}
