import { allowanceOf, endingAfter } from './allowance.ts';
import { type ChaosOptions, chaos } from './chaos.ts';
import type { Stage } from './stage.ts';
import { StageEnd } from './stage-end.ts';

/** Ends the connection once so many bytes have passed in this direction. */
export function limitData({ control, direction, dropped }: ChaosOptions<'limit_data'>): Stage {
  const limit = () => control.plan[direction] ?? Number.POSITIVE_INFINITY;
  const end = () => new StageEnd(control.plan.end, 'limit_data');
  return endingAfter(() => allowanceOf({ bytes: 0 }, limit), end, dropped);
}

/** For each direction that the plan gives a limit. */
export const limitDataFromPlan = chaos(
  'limit_data',
  limitData,
  (plan, direction) => plan[direction] !== null,
);
