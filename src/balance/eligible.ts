import { UNHEALTHY } from '../core/upstream-table.ts';
import type { Backend, Candidate } from './candidate.ts';

/** The worst tier there is: a backup that was tried before. */
const TIERS = 4;

/**
 * Fills `candidates` with the backends of a pool that may be picked, in order. A backend may be picked where it is not
 * unhealthy (unknown will do), has a weight and is below its limit of connections. Of those the first of these that has
 * any: not tried yet; not tried yet, backups; tried; tried, backups. Empties `candidates` where none may be picked.
 */
export function collectEligible(
  backends: readonly Backend[],
  tried: readonly number[],
  candidates: Candidate[],
): void {
  candidates.length = 0;
  let best = TIERS;
  for (let place = 0; place < backends.length; place++) {
    const backend = backends[place] as Backend;
    if (passedOver(backend) !== null) continue;
    const tier = (tried.includes(backend.row) ? 2 : 0) + (backend.backup ? 1 : 0);
    if (tier > best) continue;
    if (tier < best) {
      best = tier;
      candidates.length = 0;
    }
    candidates.push(backend);
  }
}

/** Why a backend may not be picked; null where it may. */
export function passedOver(backend: Backend): 'unhealthy' | 'weight 0' | 'full' | null {
  if (backend.health === UNHEALTHY) return 'unhealthy';
  if (backend.weight <= 0) return 'weight 0';
  return backend.connectionsMax > 0 && backend.load >= backend.connectionsMax ? 'full' : null;
}
