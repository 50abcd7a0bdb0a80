import { type ChaosOptions, chaos } from './chaos.ts';
import { endedAtOnce } from './ended-at-once.ts';
import type { Stage } from './stage.ts';
import { StageEnd } from './stage-end.ts';

/** A service that is down: every connection is reset at once, those that are open when it begins too. Nothing passes. */
export function down({ scheduler, dropped }: ChaosOptions<'down'>): Stage {
  return endedAtOnce(() => new StageEnd('reset', 'down'), scheduler, dropped);
}

export const downFromPlan = chaos('down', down, () => true);
