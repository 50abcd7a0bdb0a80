import type { ChaosPlan } from '../core/chaos-plan.ts';
import type { Cidr } from '../core/cidr.ts';
import type { StagePlan } from '../core/stage-plan.ts';
import { compileMirror } from './compile-mirror.ts';
import { compileFlightRecorder, compileTee } from './compile-tee.ts';
import { BURST_BYTES_MAX, BURST_BYTES_MIN_DEFAULT } from './limits.ts';
import type { Config } from './schema.ts';
import type { ChaosConfig } from './schema-chaos-common.ts';

type StageConfig = NonNullable<Config['listeners'][number]['stages']>[number];
type RateLimitConfig = NonNullable<StageConfig['rate_limit']>;

/**
 * The stages of a listener or of a route. `owner` names it: a limit that is shared is known by where it stands. `pools` has
 * the index behind each name.
 */
export function compileStages(
  stages: readonly StageConfig[] | undefined,
  owner: string,
  pools: ReadonlyMap<string, number>,
): StagePlan[] {
  return (stages ?? []).map((stage, position) => compileStage(stage, `${owner}/stages/${position}`, pools));
}

function compileStage(stage: StageConfig, place: string, pools: ReadonlyMap<string, number>): StagePlan {
  if (stage.mirror !== undefined) return compileMirror(stage.mirror, pools);
  if (stage.rate_limit !== undefined) return compileRateLimit(stage.rate_limit, place);
  if (stage.tee !== undefined) return compileTee(stage.tee);
  if (stage.flight_recorder !== undefined) return compileFlightRecorder(stage.flight_recorder);
  return compileChaos(stage) ?? { kind: 'pass_through' };
}

function compileRateLimit(limit: RateLimitConfig, place: string): StagePlan {
  const { up = 0, down = 0, per } = limit;
  const aSecond = Math.min(Math.max(up, down, BURST_BYTES_MIN_DEFAULT), BURST_BYTES_MAX);
  const own = { kind: 'rate_limit', up, down, burst: limit.burst ?? aSecond } as const;
  return per === 'connection' ? own : { ...own, shared: { per, name: place } };
}

/** A stage that makes faults; null where it is none. */
function compileChaos(stage: StageConfig): StagePlan | null {
  const { latency, bandwidth, slicer, slow_close, stall, corrupt } = stage;
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
  if (slow_close !== undefined) {
    const { up = null, down = null, resets } = slow_close;
    return { kind: 'slow_close', up, down, resets, chaos: common(slow_close) };
  }
  if (stall !== undefined) {
    const { direction, probability, pause: pauseMs, pause_max: pauseMaxMs } = stall;
    return { kind: 'stall', direction, probability, pauseMs, pauseMaxMs, chaos: common(stall) };
  }
  if (corrupt !== undefined) {
    const { direction, rate, force } = corrupt;
    return { kind: 'corrupt', direction, rate, force, chaos: common(corrupt) };
  }
  return compileEnding(stage);
}

/** A stage that ends the connection; null where it is none. */
function compileEnding(stage: StageConfig): StagePlan | null {
  const { timeout, reset_peer, limit_data, quota, drop_connection, down } = stage;
  if (timeout !== undefined) {
    const { direction, after: afterMs, end } = timeout;
    return { kind: 'timeout', direction, afterMs, end, chaos: common(timeout) };
  }
  if (reset_peer !== undefined)
    return { kind: 'reset_peer', afterMs: reset_peer.after, chaos: common(reset_peer) };
  if (limit_data !== undefined) {
    const { up = null, down = null, end } = limit_data;
    return { kind: 'limit_data', up, down, end, chaos: common(limit_data) };
  }
  if (quota !== undefined) return { kind: 'quota', bytes: quota.bytes, end: quota.end, chaos: common(quota) };
  if (drop_connection !== undefined) {
    const { probability, after: afterBytes = 0 } = drop_connection;
    return { kind: 'drop_connection', probability, afterBytes, chaos: common(drop_connection) };
  }
  return down === undefined ? null : { kind: 'down', chaos: common(down) };
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
