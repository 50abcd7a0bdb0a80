import type { PlaneName } from './core/plan.ts';
import type { SharedRegions } from './core/regions.ts';
import type { LinuxThread } from './plane/linux/index.ts';

/** What a shard's thread is started with. */
export interface ShardBoot {
  readonly number: number;
  readonly generation: number;
  readonly regions: SharedRegions;
  /** See `PlaneOptions.epoch`. */
  readonly epoch: number;
  readonly plane: PlaneName;
  /** See `Plan.workers`. */
  readonly pipesMax: number;
  readonly busyPoll: boolean;
  /** What the linux plane needs of the thread that starts it; null for other planes, and until the thread is made. */
  readonly linux: LinuxThread | null;
}

/** The code of a shard's thread; a checkout's sources need it built, since threads of Node 20 read no TypeScript. */
export const SHARD_ENTRY = new URL(
  import.meta.url.endsWith('.ts') ? '../dist/bundle/shard-worker.js' : './shard-worker.js',
  import.meta.url,
);
