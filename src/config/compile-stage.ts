import type { StagePlan } from '../core/plan.ts';
import { compileFlightRecorder, compileTee } from './compile-tee.ts';
import { BURST_BYTES_MAX, BURST_BYTES_MIN_DEFAULT } from './limits.ts';
import type { Config } from './schema.ts';

type StageConfig = NonNullable<Config['listeners'][number]['stages']>[number];
type RateLimitConfig = NonNullable<StageConfig['rate_limit']>;

/** A stage of a listener or of a route. */
export function compileStage(stage: StageConfig): StagePlan {
  if (stage.rate_limit !== undefined) return compileRateLimit(stage.rate_limit);
  if (stage.tee !== undefined) return compileTee(stage.tee);
  if (stage.flight_recorder !== undefined) return compileFlightRecorder(stage.flight_recorder);
  return { kind: 'pass_through' };
}

function compileRateLimit(limit: RateLimitConfig): StagePlan {
  const { up = 0, down = 0 } = limit;
  const aSecond = Math.min(Math.max(up, down, BURST_BYTES_MIN_DEFAULT), BURST_BYTES_MAX);
  return { kind: 'rate_limit', up, down, burst: limit.burst ?? aSecond };
}
