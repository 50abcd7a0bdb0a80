import { UNHEALTHY } from '../core/upstream-table.ts';
import type { Backend, Candidate } from './candidate.ts';
import { judgeLevels, LEVELS, levelOf } from './levels.ts';

/** Worse than any rank there is. */
const RANKS = 4 * LEVELS;

/** By level, filled anew by each call. */
const sound = new Uint8Array(LEVELS);

/**
 * Fills `candidates` with the backends of a pool that may be picked, in order. A backend may be picked where it has a
 * weight, is below its limit of connections and is not unhealthy (unknown will do). Of those the first of these that has
 * any: not tried yet, by priority, then backups by priority; tried, likewise.
 *
 * With `panicPercent` a level (a priority, or the backups of one) of which fewer are not unhealthy comes after all that
 * have enough, and then its health is ignored: that the few left do not take what they cannot bear, and that a check
 * which fails everywhere stops nothing. Empties `candidates` where none may be picked. What was in it is overwritten in its
 * place: an array that is emptied first loses its memory, and each pick would allocate it anew.
 */
export function collectEligible(
  backends: readonly Backend[],
  tried: readonly number[],
  candidates: Candidate[],
  panicPercent = 0,
): void {
  let count = 0;
  judgeLevels(backends, panicPercent, sound);
  let best = RANKS;
  for (let place = 0; place < backends.length; place++) {
    const backend = backends[place] as Backend;
    const level = levelOf(backend);
    const panics = panicPercent > 0 && sound[level] === 0;
    if (unusable(backend, panics) !== null) continue;
    const rank = (panics ? 2 * LEVELS : 0) + (tried.includes(backend.row) ? LEVELS : 0) + level;
    if (rank > best) continue;
    if (rank < best) {
      best = rank;
      count = 0;
    }
    candidates[count++] = backend;
  }
  if (candidates.length > count) candidates.length = count;
}

export type PassedOver = 'unhealthy' | 'weight 0' | 'full' | 'rate' | 'priority';

/** Where none may be picked: whether one could be, had it a free place. */
export function isOnlyFull(backends: readonly Backend[], panicPercent: number): boolean {
  judgeLevels(backends, panicPercent, sound);
  for (let place = 0; place < backends.length; place++) {
    const backend = backends[place] as Backend;
    const why = unusable(backend, panicPercent > 0 && sound[levelOf(backend)] === 0);
    if (why === 'full' || why === 'rate') return true;
  }
  return false;
}

/** How a backend stands in its pool. */
export interface Standing {
  /** Its health is ignored, for want of better. */
  readonly panic: boolean;
  /** Why it may not be picked; null where it may. */
  readonly passedOver: PassedOver | null;
}

/**
 * How each backend stands for a connection that has failed on those in `tried`. For people: allocates. One that was tried
 * is passed over for its priority only where another priority than its own is used.
 */
export function standings(
  backends: readonly Backend[],
  tried: readonly number[],
  panicPercent: number,
): Standing[] {
  const candidates: Candidate[] = [];
  collectEligible(backends, tried, candidates, panicPercent);
  const inUse = backends.find((backend) => candidates.includes(backend));
  const panic = inUse !== undefined && panicPercent > 0 && sound[levelOf(inUse)] === 0;
  return backends.map((backend) => {
    const isInUse = inUse !== undefined && levelOf(backend) === levelOf(inUse);
    const why = unusable(backend, panic && isInUse);
    const passedOver = why ?? (inUse === undefined || isInUse ? null : 'priority');
    return { panic: panic && isInUse && backend.health === UNHEALTHY, passedOver };
  });
}

function unusable(backend: Backend, isHealthIgnored: boolean): Exclude<PassedOver, 'priority'> | null {
  if (backend.health === UNHEALTHY && !isHealthIgnored) return 'unhealthy';
  if (backend.weight <= 0) return 'weight 0';
  if (backend.connectionsMax > 0 && backend.load >= backend.connectionsMax) return 'full';
  return backend.paced ? 'rate' : null;
}
