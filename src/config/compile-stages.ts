import type { ChaosPlan } from '../core/chaos-plan.ts';
import type { Cidr } from '../core/cidr.ts';
import type { StagePlan } from '../core/stage-plan.ts';
import { BURST_BYTES_MAX, BURST_BYTES_MIN_DEFAULT } from './limits.ts';
import type { Config } from './schema.ts';
import type { ChaosConfig } from './schema-chaos.ts';

type StageConfig = NonNullable<Config['listeners'][number]['stages']>[number];
type RateLimitConfig = NonNullable<StageConfig['rate_limit']>;

/** The stages of a listener or of a route. `owner` names it: a limit that is shared is known by where it stands. */
export function compileStages(stages: readonly StageConfig[] | undefined, owner: string): StagePlan[] {
  return (stages ?? []).map((stage, position) => compileStage(stage, `${owner}/stages/${position}`));
}

function compileStage(stage: StageConfig, place: string): StagePlan {
  if (stage.rate_limit !== undefined) return compileRateLimit(stage.rate_limit, place);
  if (stage.tee !== undefined) return { kind: 'tee', file: stage.tee.file, format: stage.tee.format };
  return compileChaos(stage) ?? { kind: 'pass_through' };
}

function compileRateLimit(limit: RateLimitConfig, place: string): StagePlan {
  const { up = 0, down = 0, per } = limit;
  const aSecond = Math.min(Math.max(up, down, BURST_BYTES_MIN_DEFAULT), BURST_BYTES_MAX);
  const own = { kind: 'rate_limit', up, down, burst: limit.burst ?? aSecond } as const;
  return per === 'connection' ? own : { ...own, shared: { per, name: place } };
}

/** A stage that makes faults; null where it is none. */
function compileChaos({ latency, bandwidth, slicer }: StageConfig): StagePlan | null {
  if (latency !== undefined) {
    const { up = null, down = null, jitter: jitterMs = 0, distribution } = latency;
    return { kind: 'latency', up, down, jitterMs, distribution, chaos: common(latency) };
  }
  if (bandwidth !== undefined) {
    const { up = 0, down = 0 } = bandwidth;
    return { kind: 'bandwidth', up, down, chaos: common(bandwidth) };
  }
  if (slicer !== undefined) {
    const { direction, average: averageBytes, variation: variationBytes = 0, delay: delayMs = 0 } = slicer;
    return { kind: 'slicer', direction, averageBytes, variationBytes, delayMs, chaos: common(slicer) };
  }
  return null;
}

function common(config: ChaosConfig): ChaosPlan {
  const { toxicity, seed = null, from = 0, every = 0, expires = 0, target, max_affected } = config;
  return {
    toxicity,
    seed,
    schedule: { fromMs: from, forMs: config.for ?? 0, everyMs: every, expiresMs: expires },
    target: { source: networks(target?.source), clients: target?.percentage ?? 1 },
    maxAffected: max_affected,
  };
}

function networks(source: Cidr | readonly Cidr[] | undefined): readonly Cidr[] {
  if (source === undefined) return [];
  return Array.isArray(source) ? source : [source as Cidr];
}
