import type { ChaosSchedule } from '../core/chaos-plan.ts';

/** Whether faults are made at a time, and when that changes next. */
export interface Phase {
  readonly active: boolean;
  /** Milliseconds until the next change; Infinity = there is none. */
  readonly changesInMs: number;
}

/** The phase so many milliseconds after the start. */
export function phaseAt(schedule: ChaosSchedule, sinceStartMs: number): Phase {
  const { expiresMs } = schedule;
  const left = expiresMs === 0 ? Number.POSITIVE_INFINITY : expiresMs - sinceStartMs;
  if (left <= 0) return { active: false, changesInMs: Number.POSITIVE_INFINITY };
  const { active, changesInMs } = windowAt(schedule, sinceStartMs);
  if (changesInMs < left) return { active, changesInMs };
  return { active, changesInMs: active ? left : Number.POSITIVE_INFINITY };
}

/** As `phaseAt`, without regard to the end for good. */
function windowAt({ fromMs, forMs, everyMs }: ChaosSchedule, sinceStartMs: number): Phase {
  const sinceFrom = sinceStartMs - fromMs;
  if (sinceFrom < 0) return { active: false, changesInMs: -sinceFrom };
  if (forMs === 0 || (everyMs > 0 && forMs >= everyMs))
    return { active: true, changesInMs: Number.POSITIVE_INFINITY };
  const sinceBegin = everyMs === 0 ? sinceFrom : sinceFrom % everyMs;
  if (sinceBegin < forMs) return { active: true, changesInMs: forMs - sinceBegin };
  return { active: false, changesInMs: everyMs === 0 ? Number.POSITIVE_INFINITY : everyMs - sinceBegin };
}
