import type { ChaosPlan } from '../core/chaos-plan.ts';
import { formatCidr } from '../core/format-cidr.ts';
import type { LatencyPlan, RateLimitPlan, SlicerPlan, StagePlan } from '../core/stage-plan.ts';
import { formatDuration } from '../core/units.ts';
import { formatRate, formatSize } from './units.ts';

/** A stage in one line. */
export function describeStage(stage: StagePlan): string {
  return 'chaos' in stage ? `${describeKind(stage)}${describeChaos(stage.chaos)}` : describeKind(stage);
}

function describeKind(stage: StagePlan): string {
  switch (stage.kind) {
    case 'pass_through':
      return 'pass_through';
    case 'tee':
      return `tee to ${stage.file}`;
    case 'rate_limit':
      return describeRateLimit(stage);
    case 'latency':
      return describeLatency(stage);
    case 'bandwidth':
      return `bandwidth${rates(stage)}`;
    case 'slicer':
      return describeSlicer(stage);
  }
}

function describeRateLimit(limit: RateLimitPlan): string {
  const { burst, shared } = limit;
  const per = shared === undefined ? '' : ` per ${shared.per}`;
  return `rate_limit${rates(limit)} burst ${formatSize(burst)}${per}`;
}

function describeLatency({ up, down, jitterMs, distribution }: LatencyPlan): string {
  const jitter = jitterMs === 0 ? '' : ` jitter ${formatDuration(jitterMs)} (${distribution})`;
  return `latency${eachWay(up, down, formatDuration)}${jitter}`;
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
