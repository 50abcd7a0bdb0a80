import { standsIn } from '../core/stage-plan.ts';
import { type ChaosOptions, chaos } from './chaos.ts';
import { Delay } from './delay.ts';
import { failures, uniform } from './distributions.ts';
import { holding } from './holding.ts';
import type { Stage } from './stage.ts';
import { tickOf } from './timer-scheduler.ts';

/** By how much the first pause differs: a retransmission time is a mean and four deviations (RFC 6298). */
const PAUSE_VARIATION = 0.5;

/**
 * Pauses now and then as a connection does that loses segments: what is lost comes after a retransmission time, which
 * doubles each time it is lost again (RFC 6298), and all that follows waits behind it.
 */
export function stall(options: ChaosOptions<'stall'>): Stage {
  const { control, dice } = options;
  const delayOf = () => {
    const { probability, pauseMs, pauseMaxMs } = control.plan;
    const losses = failures(1 - probability, dice);
    if (losses === 0) return 0;
    return Math.min(pauseMaxMs, uniform(pauseMs, pauseMs * (1 + PAUSE_VARIATION), dice) * 2 ** (losses - 1));
  };
  return holding(() => new Delay(delayOf, tickOf(options.scheduler)), options);
}

export const stallFromPlan = chaos('stall', stall, (plan, direction) => standsIn(plan.direction, direction));
