import { mixHashes } from '../core/hash.ts';
import type { Candidate, Draw } from './candidate.ts';
import { chance, TO_ADMIT } from './chance.ts';

/** What a backend gets at the very beginning of its slow start, of its whole share. */
const STRENGTH_MIN = 0.01;
const HASHES = 2 ** 32;

/** The share of its weight that counts for a backend that came back so long ago: grows evenly to 1 in `slowStartMs`. */
export function strengthAt(ageMs: number, slowStartMs: number): number {
  if (ageMs >= slowStartMs) return 1;
  return Math.max(STRENGTH_MIN, ageMs / slowStartMs);
}

/** The greatest strength among candidates: 1 as soon as one is not in a slow start. 0 where there are none. */
export function strongest(candidates: readonly Candidate[]): number {
  let top = 0;
  for (let index = 0; index < candidates.length; index++)
    top = Math.max(top, (candidates[index] as Candidate).strength);
  return top;
}

/**
 * Index of the candidate in a slow start to which chance gives this connection; -1 = it is for the others. Each gets its
 * share by weight of all connections, times its strength over `top`, and no more: what it does not get is for those of
 * strength `top` alone, not for others in a slow start.
 */
export function drawStarter(candidates: readonly Candidate[], top: number, draw: Draw): number {
  let sum = 0;
  for (let index = 0; index < candidates.length; index++) sum += (candidates[index] as Candidate).weight;
  let left = chance(draw, TO_ADMIT) * sum * top;
  for (let index = 0; index < candidates.length; index++) {
    const { strength, weight } = candidates[index] as Candidate;
    if (strength === top) continue;
    left -= strength * weight;
    if (left < 0) return index;
  }
  return -1;
}

/** Whether a backend in a slow start gets this key of its own already. Once it does it keeps it, on every shard. */
export function getsKey({ seed, strength }: Candidate, top: number, hash: number): boolean {
  return strength === top || mixHashes(mixHashes(hash, seed), TO_ADMIT) < (strength / top) * HASHES;
}

/** Drops all candidates that are weaker than `top`. */
export function keepStrongest(candidates: Candidate[], top: number): void {
  let kept = 0;
  for (let index = 0; index < candidates.length; index++) {
    const candidate = candidates[index] as Candidate;
    if (candidate.strength === top) candidates[kept++] = candidate;
  }
  candidates.length = kept;
}
