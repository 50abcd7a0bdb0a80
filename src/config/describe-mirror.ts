import type { MirrorPlan } from '../core/mirror.ts';
import type { PoolPlan } from '../core/plan.ts';
import { formatSize } from './units.ts';

/** A mirror in one line. */
export function describeMirror(mirror: MirrorPlan, pools: readonly PoolPlan[]): string {
  const { pool, direction, bufferBytes, onFull, sample, diff } = mirror;
  const part = sample < 1 ? ` of ${Number((sample * 100).toFixed(6))}% of connections` : '';
  const compares = diff === 'off' ? '' : ` diff ${diff}`;
  return `mirror ${direction}${part} to pool ${pools[pool]?.name} buffer ${formatSize(bufferBytes)} on_full ${onFull}${compares}`;
}
