import type { Direction } from '../core/direction.ts';
import type { StagePlan } from '../core/plan.ts';
import { flightRecorderFromPlan } from './flight-recorder.ts';
import { passThrough } from './pass-through.ts';
import { rateLimitFromPlan } from './rate-limit.ts';
import type { Stage, StageEnv, StageFactory } from './stage.ts';
import { teeFromPlan } from './tee-from-plan.ts';

/** Every kind of stage that a plan can name. */
export const STAGES = {
  pass_through: passThrough,
  rate_limit: rateLimitFromPlan,
  tee: teeFromPlan,
  flight_recorder: flightRecorderFromPlan,
} satisfies { readonly [Kind in StagePlan['kind']]: StageFactory<Kind> };

/**
 * The stages of one direction of one connection, in the order of the plan. A stage that leaves this direction alone
 * yields none. They are made for one subscription and hold nothing until it begins:
 *
 *     const stream = buildStages(route.stages, 'up', env).reduce((source, stage) => stage(source), chunks);
 */
export function buildStages(plans: readonly StagePlan[], direction: Direction, env: StageEnv): Stage[] {
  return plans.map((plan) => build(plan, direction, env)).filter((stage) => stage !== null);
}

/** The table's type says that the factory under a plan's kind takes that plan; TypeScript cannot follow it through an index. */
function build<Kind extends StagePlan['kind']>(
  plan: Extract<StagePlan, { kind: Kind }>,
  direction: Direction,
  env: StageEnv,
): Stage | null {
  const factory = STAGES[plan.kind] as StageFactory<Kind>;
  return factory(plan, direction, env);
}
