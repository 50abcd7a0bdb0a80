import { allowanceOf, endingAfter } from './allowance.ts';
import { type ChaosOptions, chaos } from './chaos.ts';
import { endedAtOnce } from './ended-at-once.ts';
import { passThrough } from './pass-through.ts';
import { passedTogether } from './quota.ts';
import type { Stage } from './stage.ts';
import { StageEnd } from './stage-end.ts';

/** Resets some connections, at their beginning or once so many bytes have passed in both directions together. */
export function dropConnection(options: ChaosOptions<'drop_connection'>): Stage {
  const { control, connectionDice, env, scheduler, dropped } = options;
  const { plan } = control;
  const end = () => new StageEnd('reset', 'drop_connection');
  if (connectionDice()() >= plan.probability) return passThrough();
  if (plan.afterBytes > 0) {
    const limit = () => control.plan.afterBytes;
    return endingAfter(() => allowanceOf(passedTogether(env.shared, plan), limit), end, dropped);
  }
  return endedAtOnce(end, scheduler, dropped);
}

export const dropConnectionFromPlan = chaos('drop_connection', dropConnection, () => true);
