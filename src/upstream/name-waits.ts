import type { ResolverPlan } from '../core/names.ts';

/** Part of a wait by which it is shortened at most, so that names asked for together are not for ever. */
const JITTER_SHARE = 0.1;

/** Until a name is asked for again after it was found: its TTL, within bounds. `random` from 0 up to 1. */
export function refreshMs(
  ttlMs: number | null,
  { ttlMsMin, ttlMsMax }: ResolverPlan,
  random: number,
): number {
  return spread(Math.min(ttlMsMax, Math.max(ttlMsMin, ttlMs ?? ttlMsMin)), ttlMsMin, random);
}

/**
 * Until a name is asked for again after it was not found: as long as that may be believed, or where nobody said, doubling
 * with each failure in a row; within bounds.
 */
export function retryMs(
  ttlMs: number | null,
  failures: number,
  { ttlMsMin, negativeTtlMs }: ResolverPlan,
  random: number,
): number {
  const wanted = ttlMs ?? ttlMsMin * 2 ** Math.max(0, failures - 1);
  return spread(Math.min(negativeTtlMs, Math.max(ttlMsMin, wanted)), ttlMsMin, random);
}

function spread(waitMs: number, leastMs: number, random: number): number {
  return Math.max(leastMs, waitMs * (1 - JITTER_SHARE * random));
}
