import type { StagePlan } from '../core/stage-plan.ts';
import { allowanceOf, endingAfter, type Passed } from './allowance.ts';
import { type ChaosOptions, chaos } from './chaos.ts';
import type { Stage } from './stage.ts';
import { StageEnd } from './stage-end.ts';

/** Ends the connection once so many bytes have passed in both directions together. */
export function quota({ control, env, dropped }: ChaosOptions<'quota'>): Stage {
  const { plan: key } = control;
  const passed = () => passedTogether(env.shared, key);
  const end = () => new StageEnd(control.plan.end, 'quota');
  return endingAfter(() => allowanceOf(passed(), () => control.plan.bytes), end, dropped);
}

export const quotaFromPlan = chaos('quota', quota, () => true);

/** What both directions of a stage count in, by the plan that they were built with. */
export function passedTogether(shared: Map<StagePlan, unknown>, key: StagePlan): Passed {
  const passed = (shared.get(key) as Passed | undefined) ?? { bytes: 0 };
  shared.set(key, passed);
  return passed;
}
