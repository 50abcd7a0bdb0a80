import { createHash } from 'node:crypto';
import { ALWAYS } from '../core/chaos-plan.ts';
import { type NamedStage, STAGE_NAME_CHARS_MAX, STAGE_NAME_PATTERN } from '../core/stage-control.ts';
import type { StagePlan } from '../core/stage-plan.ts';
import { isUpstream, type Toxic } from './toxic.ts';

/** Bytes in a kilobyte of `rate`. */
const KILOBYTE = 1000;

/** Of the name of a stage whose toxic has none that fits. */
const DIGEST_CHARS = 40;

/** No stage waits longer, about 24 days; what is longer waits so long. */
const WAIT_MS_MAX = 2 ** 31 - 1;

/** The stages that do what the toxics of a proxy say, in their order. */
export function stagesOf(toxics: readonly Toxic[]): NamedStage[] {
  return toxics.map((toxic) => ({ name: stageName(toxic.name), stage: stageOf(toxic) }));
}

/** A toxic may have any name, a stage may not: where its own does not fit it has a digest of it. */
function stageName(name: string): string {
  if (name.length <= STAGE_NAME_CHARS_MAX && STAGE_NAME_PATTERN.test(name)) return name;
  return `toxic:${createHash('sha256').update(name).digest('hex').slice(0, DIGEST_CHARS)}`;
}

/**
 * The stage that does what a toxic says. Attributes that make no sense are taken as Toxiproxy takes them: a negative time
 * is none, a rate of 0 lets nothing pass. Pure.
 */
export function stageOf(toxic: Toxic): StagePlan {
  const { attributes, type } = toxic;
  const direction = isUpstream(toxic) ? 'up' : 'down';
  const chaos = { ...ALWAYS, toxicity: Math.min(1, Math.max(0, toxic.toxicity)) };
  const of = (name: string): number => attributes[name] ?? 0;
  const ms = (name: string): number => Math.min(WAIT_MS_MAX, Math.max(0, of(name)));
  const oneWay = <T>(value: T, other: T) => ({
    up: direction === 'up' ? value : other,
    down: direction === 'down' ? value : other,
  });
  switch (type) {
    case 'noop':
      return { kind: 'pass_through' };
    case 'latency':
      return {
        kind: 'latency',
        ...oneWay<number | null>(ms('latency'), null),
        jitterMs: ms('jitter'),
        distribution: 'uniform',
        chaos,
      };
    case 'bandwidth':
      return of('rate') > 0
        ? { kind: 'bandwidth', ...oneWay(of('rate') * KILOBYTE, 0), chaos }
        : { kind: 'timeout', direction, afterMs: 0, end: 'close', chaos };
    case 'slow_close':
      return { kind: 'slow_close', ...oneWay<number | null>(ms('delay'), null), resets: false, chaos };
    case 'timeout':
      return { kind: 'timeout', direction, afterMs: ms('timeout'), end: 'close', drops: true, chaos };
    case 'reset_peer':
      return { kind: 'reset_peer', afterMs: ms('timeout'), awaits: direction, chaos };
    case 'slicer':
      return {
        kind: 'slicer',
        direction,
        averageBytes: Math.max(1, of('average_size')),
        variationBytes: Math.max(0, of('size_variation')),
        delayMs: ms('delay') / 1000,
        chaos,
      };
    case 'limit_data':
      return {
        kind: 'limit_data',
        ...oneWay<number | null>(Math.max(0, of('bytes')), null),
        end: 'close',
        chaos,
      };
  }
}
