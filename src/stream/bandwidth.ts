import { type ChaosOptions, chaos } from './chaos.ts';
import { rateLimit } from './rate-limit.ts';
import type { Stage } from './stage.ts';
import { tickOf } from './timer-scheduler.ts';
import type { RateLimits } from './token-bucket.ts';

/**
 * A link of a rate: every byte waits its turn, and nothing is saved up in a pause but what passes in half a tick of the
 * clock. Without that a byte on an idle link would wait for a tick, which is far longer than the link needs for it.
 */
export function bandwidth(options: ChaosOptions<'bandwidth'>): Stage {
  const { control, direction, scheduler, dropped } = options;
  const limits: Readonly<RateLimits> = {
    get bytesPerSecond() {
      return control.plan[direction];
    },
    get burst() {
      return (control.plan[direction] * tickOf(scheduler)) / 2 / 1000;
    },
  };
  return rateLimit({ limits, scheduler, dropped, control });
}

/** A link for each direction that the plan gives a rate. */
export const bandwidthFromPlan = chaos('bandwidth', bandwidth, (plan, direction) => plan[direction] > 0);
