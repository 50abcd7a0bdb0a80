import { mixHashes } from '../core/hash.ts';
import type { Candidate, Draw, PolicyState } from './candidate.ts';

const HASHES = 2 ** 32;

/**
 * A key always goes to the same backend, in proportion to weights, by weighted rendezvous hashing: each candidate draws a
 * number from the hash of key and backend, and the highest wins. When a backend is lost its keys spread over the others
 * and come back with it; no other key moves.
 */
export function rendezvous(
  candidates: readonly Candidate[],
  _state: PolicyState,
  { hash }: Pick<Draw, 'hash'>,
): number {
  let best = -1;
  let highest = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < candidates.length; index++) {
    const { seed, weight } = candidates[index] as Candidate;
    const score = -weight / Math.log((mixHashes(hash, seed) + 0.5) / HASHES);
    if (score > highest) {
      highest = score;
      best = index;
    }
  }
  return best;
}
