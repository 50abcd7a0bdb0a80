import { mixHashes } from '../core/hash.ts';
import type { Candidate, Draw, PolicyState } from './candidate.ts';
import { pickByLoad } from './least-connections.ts';
import { rendezvous } from './rendezvous.ts';

/** Slots that a key looks at before another way is taken: with one backend of ten left it finds that one in 999 of 1,000. */
const LOOKS_MAX = 64;

/**
 * A key goes to the backend that has its slot in the table. Where that one is no candidate, or has its bounded load, the
 * key looks at another slot, which depends on the key too: keys of a lost backend spread over the others by weight and
 * come back with it, and no other key moves. Where none was found it goes by rendezvous hashing, or to the least loaded.
 */
export function maglev(candidates: readonly Candidate[], state: PolicyState, draw: Draw): number {
  const { table, boundedLoadPercent } = state;
  if (candidates.length === 0) return -1;
  if (table === null) return rendezvous(candidates, state, draw);
  const bound = boundedLoadPercent === 0 ? Number.POSITIVE_INFINITY : boundOf(candidates, boundedLoadPercent);
  for (let look = 0; look < LOOKS_MAX; look++) {
    const index = indexOf(candidates, table.placeOf(mixHashes(draw.hash, look)));
    if (index >= 0 && hasRoom(candidates[index] as Candidate, bound)) return index;
  }
  return boundedLoadPercent === 0 ? rendezvous(candidates, state, draw) : pickByLoad(candidates, 0);
}

/** Connections for each unit of weight that a backend may have, with the one that is to be placed. */
function boundOf(candidates: readonly Candidate[], percent: number): number {
  let load = 1;
  let weight = 0;
  for (let index = 0; index < candidates.length; index++) {
    const candidate = candidates[index] as Candidate;
    load += candidate.load;
    weight += candidate.weight;
  }
  return (load * percent) / 100 / weight;
}

/** Rounded up, so that there is room for one everywhere. */
function hasRoom({ load, weight }: Candidate, bound: number): boolean {
  return load < Math.ceil(bound * weight);
}

/** Candidates are in order of their places. */
function indexOf(candidates: readonly Candidate[], place: number): number {
  let low = 0;
  let high = candidates.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const at = (candidates[middle] as Candidate).place;
    if (at === place) return middle;
    if (at < place) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}
