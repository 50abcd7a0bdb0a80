import { type ChaosOptions, chaos } from './chaos.ts';
import { Delay } from './delay.ts';
import { jitter } from './distributions.ts';
import { holding } from './holding.ts';
import type { Stage } from './stage.ts';
import { tickOf } from './timer-scheduler.ts';

/**
 * Lets every byte pass so long after it was read, give or take a jitter, in order. FIN and RST wait for the bytes before
 * them and no longer.
 */
export function latency(options: ChaosOptions<'latency'>): Stage {
  const { control, direction, dice } = options;
  const delayOf = () => {
    const { plan } = control;
    const fixed = plan[direction] ?? 0;
    return plan.jitterMs === 0 ? fixed : fixed + jitter(plan.distribution, plan.jitterMs, dice);
  };
  return holding(() => new Delay(delayOf, tickOf(options.scheduler)), options);
}

/** A delay for each direction that the plan gives one. */
export const latencyFromPlan = chaos('latency', latency, (plan, direction) => plan[direction] !== null);
