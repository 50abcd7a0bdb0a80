import type { Direction } from '../core/direction.ts';
import type { RateLimitPlan } from '../core/stage-plan.ts';
import type { StageEnv } from './env.ts';
import { rateLimit } from './rate-limit.ts';
import { sharedRateLimit } from './shared-rate-limit.ts';
import type { StageFactory } from './stage.ts';
import type { RateLimits } from './token-bucket.ts';

/** A limit for each direction that the plan gives a rate: of its own, or of a bucket that others share. */
export const rateLimitFromPlan: StageFactory<'rate_limit'> = (control, direction, env) => {
  if (control.plan[direction] === 0) return null;
  const limits: Readonly<RateLimits> = {
    get bytesPerSecond() {
      return control.plan[direction];
    },
    get burst() {
      return control.plan.burst;
    },
  };
  const dropped = (bytes: number) => env.dropped(bytes);
  const common = { limits, scheduler: env.scheduler, dropped, control };
  const name = bucketName(control.plan, direction, env);
  if (name === null) return rateLimit(common);
  return sharedRateLimit({ ...common, open: () => env.sharing?.buckets.open(name) ?? null });
};

/** Who shares a bucket, and which; null where nobody does. */
function bucketName({ shared }: RateLimitPlan, direction: Direction, env: StageEnv): string | null {
  if (shared === undefined) return null;
  switch (shared.per) {
    case 'listener':
      return `${shared.name} ${direction}`;
    case 'route':
      return `${shared.name} ${direction} ${env.sharing?.route ?? ''}`;
    case 'client':
      return `${shared.name} ${direction} ${env.chaos?.source ?? ''}`;
  }
}
