import type { Plan } from '../core/plan.ts';
import { DESCRIPTORS_PER_PIPE, DESCRIPTORS_PER_WORKER, LINUX_DESCRIPTORS_PER_WORKER } from './limits.ts';

/**
 * Descriptors that worker threads need besides what one shard on the main thread would: those of each thread and of
 * its plane, and a socket more for each further shard that accepts for a listener. 0 where there are none. Retired listeners
 * need none.
 */
export function workerDescriptors({ workers, groups, listeners }: Workers): number {
  if (workers.count === 0) return 0;
  let descriptors = workers.count * DESCRIPTORS_PER_WORKER;
  for (const { plane, count } of groups)
    if (plane === 'linux')
      descriptors += count * (LINUX_DESCRIPTORS_PER_WORKER + workers.pipes * DESCRIPTORS_PER_PIPE);
  for (const { retired, accept, plane } of listeners) {
    if (retired || accept.shards !== 'every') continue;
    const sharing = groups.find((group) => group.plane === plane.name)?.count ?? 1;
    descriptors += sharing - 1;
  }
  return descriptors;
}

/** The part of a plan that says so. */
export type Workers = Pick<Plan, 'workers' | 'groups' | 'listeners'>;
