import type { SharedRegions } from './core/regions.ts';

/** What a shard's thread is started with. */
export interface ShardBoot {
  readonly number: number;
  readonly generation: number;
  readonly regions: SharedRegions;
  /** See `PlaneOptions.epoch`. */
  readonly epoch: number;
}

/** The code of a shard's thread; a checkout's sources need it built, since threads of Node 20 read no TypeScript. */
export const SHARD_ENTRY = new URL(
  import.meta.url.endsWith('.ts') ? '../dist/src/shard-worker.js' : './shard-worker.js',
  import.meta.url,
);
