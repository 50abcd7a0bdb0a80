import type { ChaosPlan } from '../core/chaos-plan.ts';
import { formatCidr } from '../core/format-cidr.ts';
import type { MirrorPlan } from '../core/mirror.ts';
import type { PoolPlan } from '../core/plan.ts';
import type {
  DownPlan,
  DropConnectionPlan,
  LatencyPlan,
  LimitDataPlan,
  QuotaPlan,
  RateLimitPlan,
  ResetPeerPlan,
  SlicerPlan,
  StagePlan,
  StallPlan,
  TimeoutPlan,
} from '../core/stage-plan.ts';
import { formatDuration } from '../core/units.ts';
import { describeMirror } from './describe-mirror.ts';
import { describeFlightRecorder, describeTee } from './describe-tee.ts';
import { formatRate, formatSize } from './units.ts';

/** A stage in one line; `pools` are those of its plan. */
export function describeStage(stage: StagePlan, pools: readonly PoolPlan[]): string {
  if (stage.kind === 'mirror') return describeMirror(stage, pools);
  return 'chaos' in stage ? `${describeKind(stage)}${describeChaos(stage.chaos)}` : describeKind(stage);
}

function describeKind(stage: Exclude<StagePlan, MirrorPlan>): string {
  switch (stage.kind) {
    case 'pass_through':
      return 'pass_through';
    case 'tee':
      return describeTee(stage);
    case 'flight_recorder':
      return describeFlightRecorder(stage);
    case 'rate_limit':
      return describeRateLimit(stage);
    case 'latency':
      return describeLatency(stage);
    case 'bandwidth':
      return `bandwidth${rates(stage)}`;
    case 'slicer':
      return describeSlicer(stage);
    case 'slow_close':
      return `slow_close${eachWay(stage.up, stage.down, formatDelay)}${stage.resets ? ' resets too' : ''}`;
    case 'stall':
      return describeStall(stage);
    case 'corrupt':
      return `corrupt ${stage.direction} ${stage.rate} of bytes${stage.force ? ' of TLS too' : ''}`;
    case 'timeout':
    case 'reset_peer':
    case 'limit_data':
    case 'quota':
    case 'drop_connection':
    case 'down':
      return describeEnding(stage);
  }
}

/** A stage that ends the connection. */
function describeEnding(
  stage: TimeoutPlan | ResetPeerPlan | LimitDataPlan | QuotaPlan | DropConnectionPlan | DownPlan,
): string {
  switch (stage.kind) {
    case 'timeout':
      return `timeout ${stage.direction} ${stage.afterMs === 0 ? 'never ends' : `${stage.end} after ${formatDuration(stage.afterMs)}`}`;
    case 'reset_peer':
      return stage.afterMs === 0 ? 'reset_peer at once' : `reset_peer after ${formatDuration(stage.afterMs)}`;
    case 'limit_data':
      return `limit_data${eachWay(stage.up, stage.down, formatSize)} ${stage.end}`;
    case 'quota':
      return `quota ${formatSize(stage.bytes)} ${stage.end}`;
    case 'drop_connection':
      return `drop_connection ${stage.probability} of them after ${formatSize(stage.afterBytes)}`;
    case 'down':
      return 'down';
  }
}

function describeStall({ direction, probability, pauseMs, pauseMaxMs }: StallPlan): string {
  return `stall ${direction} ${probability} of chunks for ${formatDuration(pauseMs)} up to ${formatDuration(pauseMaxMs)}`;
}

function describeRateLimit(limit: RateLimitPlan): string {
  const { burst, shared } = limit;
  const per = shared === undefined ? '' : ` per ${shared.per}`;
  return `rate_limit${rates(limit)} burst ${formatSize(burst)}${per}`;
}

function describeLatency({ up, down, jitterMs, distribution }: LatencyPlan): string {
  const jitter = jitterMs === 0 ? '' : ` jitter ${formatDuration(jitterMs)} (${distribution})`;
  return `latency${eachWay(up, down, formatDelay)}${jitter}`;
}

function describeSlicer({ direction, averageBytes, variationBytes, delayMs }: SlicerPlan): string {
  const size = `${formatSize(averageBytes)} ± ${formatSize(variationBytes)}`;
  return `slicer ${direction} ${size}${delayMs === 0 ? '' : ` every ${formatDuration(delayMs)}`}`;
}

function rates({ up, down }: { readonly up: number; readonly down: number }): string {
  return eachWay(up === 0 ? null : up, down === 0 ? null : down, formatRate);
}

function eachWay(up: number | null, down: number | null, format: (value: number) => string): string {
  return `${up === null ? '' : ` up ${format(up)}`}${down === null ? '' : ` down ${format(down)}`}`;
}

/** A delay; `formatDuration` would say that 0 is never. */
function formatDelay(ms: number): string {
  return ms === 0 ? '0ms' : formatDuration(ms);
}

/** Whom, when and how, where it is not every connection always. */
function describeChaos({ toxicity, seed, schedule, target, maxAffected }: ChaosPlan): string {
  const { fromMs, forMs, everyMs, expiresMs } = schedule;
  const said = [
    toxicity < 1 && `toxicity ${toxicity}`,
    seed !== null && `seed ${seed}`,
    target.source.length > 0 && `clients in ${target.source.map(formatCidr).join(' or ')}`,
    target.clients < 1 && `${Number((target.clients * 100).toFixed(6))}% of clients`,
    fromMs > 0 && `from ${formatDuration(fromMs)}`,
    forMs > 0 && `for ${formatDuration(forMs)}`,
    everyMs > 0 && `every ${formatDuration(everyMs)}`,
    expiresMs > 0 && `until ${formatDuration(expiresMs)}`,
    maxAffected < 1 && `at most ${maxAffected} of connections`,
  ].filter((text) => text !== false);
  return said.length === 0 ? '' : ` (${said.join(', ')})`;
}
