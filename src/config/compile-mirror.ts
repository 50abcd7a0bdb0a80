import type { MirrorPlan } from '../core/mirror.ts';
import type { Config } from './schema.ts';

type StageConfig = NonNullable<Config['listeners'][number]['stages']>[number];
type MirrorConfig = NonNullable<StageConfig['mirror']>;

/** A mirror, with the index of its pool. */
export function compileMirror(mirror: MirrorConfig, pools: ReadonlyMap<string, number>): MirrorPlan {
  const { to, direction, buffer: bufferBytes, on_full: onFull, sample, timeouts, diff } = mirror;
  const pool = pools.get(to);
  if (pool === undefined) throw new Error(`the pool ${to} passed validation, but does not exist`);
  const { connect: connectMs, write_stall: writeStallMs, linger: lingerMs } = timeouts;
  return {
    kind: 'mirror',
    pool,
    direction,
    bufferBytes,
    onFull,
    sample,
    timeouts: { connectMs, writeStallMs, lingerMs },
    diff,
  };
}
