import { formatRate, formatSize } from '../../../src/config/units.ts';
import type { ChaosPlan } from '../../../src/core/chaos-plan.ts';
import { formatCidr } from '../../../src/core/format-cidr.ts';
import type { StagePlan } from '../../../src/core/stage-plan.ts';
import { formatDuration } from '../../../src/core/units.ts';
import type { Values } from './values.ts';

/**
 * What the configuration would write for a stage that stands, by path. null: it has what no configuration can say, or cannot be
 * changed while it stands.
 */
export function valuesOf(stage: StagePlan): Values | null {
  switch (stage.kind) {
    case 'pass_through':
      return {};
    case 'tee':
    case 'mirror':
    case 'flight_recorder':
      return null;
    case 'rate_limit':
      return {
        ...rates(stage),
        burst: formatSize(stage.burst),
        per: stage.shared?.per ?? 'connection',
      };
    default: {
      const own = ownOf(stage);
      return own === null ? null : { ...own, ...common(stage.chaos) };
    }
  }
}

type Faulty = Extract<StagePlan, { readonly chaos: ChaosPlan }>;

function ownOf(stage: Faulty): Values | null {
  switch (stage.kind) {
    case 'latency':
      return {
        up: time(stage.up),
        down: time(stage.down),
        jitter: absentAtZero(stage.jitterMs),
        distribution: stage.distribution,
      };
    case 'bandwidth':
      return rates(stage);
    case 'slicer':
      return {
        average: formatSize(stage.averageBytes),
        variation: bytes(stage.variationBytes === 0 ? null : stage.variationBytes),
        delay: absentAtZero(stage.delayMs),
        direction: stage.direction,
      };
    case 'slow_close':
      return { up: time(stage.up), down: time(stage.down), resets: String(stage.resets) };
    case 'stall':
      return {
        probability: String(stage.probability),
        pause: formatDuration(stage.pauseMs),
        pause_max: formatDuration(stage.pauseMaxMs),
        direction: stage.direction,
      };
    case 'corrupt':
      return { rate: String(stage.rate), force: String(stage.force), direction: stage.direction };
    case 'down':
      return {};
    default:
      return endingOf(stage);
  }
}

type Ending = Extract<
  Faulty,
  { readonly kind: 'timeout' | 'reset_peer' | 'limit_data' | 'quota' | 'drop_connection' }
>;

function endingOf(stage: Ending): Values | null {
  switch (stage.kind) {
    case 'timeout':
      if (stage.drops === true) return null;
      return {
        after: stage.afterMs === 0 ? 'never' : formatDuration(stage.afterMs),
        end: stage.end,
        direction: stage.direction,
      };
    case 'reset_peer':
      return stage.awaits === undefined ? { after: time(stage.afterMs) } : null;
    case 'limit_data':
      return { up: bytes(stage.up), down: bytes(stage.down), end: stage.end };
    case 'quota':
      return { bytes: formatSize(stage.bytes), end: stage.end };
    case 'drop_connection':
      return {
        probability: String(stage.probability),
        after: bytes(stage.afterBytes === 0 ? null : stage.afterBytes),
      };
  }
}

function common({ toxicity, seed, schedule, target, maxAffected }: ChaosPlan): Values {
  return {
    toxicity: String(toxicity),
    seed: seed === null ? '' : String(seed),
    from: absentAtZero(schedule.fromMs),
    for: absentAtZero(schedule.forMs),
    every: absentAtZero(schedule.everyMs),
    expires: absentAtZero(schedule.expiresMs),
    'target.source': target.source.map(formatCidr).join(', '),
    'target.percentage': target.clients === 1 ? '' : `${Number((target.clients * 100).toFixed(6))}%`,
    max_affected: String(maxAffected),
  };
}

function rates({ up, down }: { readonly up: number; readonly down: number }): Values {
  return { up: up === 0 ? '' : formatRate(up), down: down === 0 ? '' : formatRate(down) };
}

function time(ms: number | null): string {
  if (ms === null) return '';
  return ms === 0 ? '0' : formatDuration(ms);
}

function absentAtZero(ms: number): string {
  return ms === 0 ? '' : formatDuration(ms);
}

function bytes(size: number | null): string {
  if (size === null) return '';
  return size === 0 ? '0' : formatSize(size);
}
