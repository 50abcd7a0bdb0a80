import { type ChaosOptions, chaos } from './chaos.ts';
import { rateLimit } from './rate-limit.ts';
import type { Stage } from './stage.ts';
import type { RateLimits } from './token-bucket.ts';

/** A link of a rate: every byte waits its turn, and nothing is saved up in a pause. */
export function bandwidth(options: ChaosOptions<'bandwidth'>): Stage {
  const { control, direction, scheduler, dropped } = options;
  const limits: Readonly<RateLimits> = {
    get bytesPerSecond() {
      return control.plan[direction];
    },
    burst: 0,
  };
  return rateLimit({ limits, scheduler, dropped });
}

/** A link for each direction that the plan gives a rate. */
export const bandwidthFromPlan = chaos('bandwidth', bandwidth, (plan, direction) => plan[direction] > 0);
