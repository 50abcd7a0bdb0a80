import type { Plan } from '../core/plan.ts';
import type { ShardBoot } from '../shard-boot.ts';

/** What a plan says of the plane of the shard with this number. Throws where no group has it. */
export function planeOfShard(
  { groups, workers }: Plan,
  shard: number,
): Pick<ShardBoot, 'plane' | 'pipesMax' | 'busyPoll' | 'linux'> {
  const group = groups.find(({ first, count }) => shard >= first && shard < first + count);
  if (group === undefined) throw new RangeError(`there is no shard ${shard}`);
  return { plane: group.plane, pipesMax: workers.pipes, busyPoll: workers.busyPoll, linux: null };
}
