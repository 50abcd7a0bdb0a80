import type { PlaneName, ShardGroup } from '../core/plan.ts';

/** The plane of the shard with this number. Throws where no group has it. */
export function planeOfShard(groups: readonly ShardGroup[], shard: number): PlaneName {
  const group = groups.find(({ first, count }) => shard >= first && shard < first + count);
  if (group === undefined) throw new RangeError(`there is no shard ${shard}`);
  return group.plane;
}
