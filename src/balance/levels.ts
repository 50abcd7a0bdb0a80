import { PRIORITIES } from '../core/plan.ts';
import { UNHEALTHY } from '../core/upstream-table.ts';
import type { Backend } from './candidate.ts';

/** Priorities, and after them those of backups. */
export const LEVELS = 2 * PRIORITIES;

/** How far down the order of levels a backend is: a lower one is used first. */
export function levelOf(backend: Backend): number {
  return backend.priority + (backend.backup ? PRIORITIES : 0);
}

/** Filled anew by each call of `judgeLevels`. */
const members = new Int32Array(LEVELS);
const up = new Int32Array(LEVELS);

/**
 * Notes for each level whether it has enough backends that are not unhealthy: at least one, and `panicPercent` of those
 * with a weight. `sound` has a cell for each level: 1 or 0.
 */
export function judgeLevels(backends: readonly Backend[], panicPercent: number, sound: Uint8Array): void {
  members.fill(0);
  up.fill(0);
  for (let place = 0; place < backends.length; place++) {
    const backend = backends[place] as Backend;
    if (backend.weight <= 0) continue;
    const level = levelOf(backend);
    members[level]! += 1;
    if (backend.health !== UNHEALTHY) up[level]! += 1;
  }
  for (let level = 0; level < LEVELS; level++) {
    const good = up[level] as number;
    sound[level] = good > 0 && good * 100 >= (members[level] as number) * panicPercent ? 1 : 0;
  }
}
