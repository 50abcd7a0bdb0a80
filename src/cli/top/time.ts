import { CLOCK_OFF_MS_MIN } from './limits.ts';
import type { Model } from './model.ts';

/** Half of the second that the date of an answer is rounded down by. */
const DATE_ROUNDING_MS = 500;

/** The model at this moment. `date` is what the service's clock said just now; null = unknown, or it said so before. */
export function timed(model: Model, date: number | null = null): Model {
  const wall = Date.now();
  const clockOffMs = date === null ? model.clockOffMs : clockOff(date, wall);
  return { ...model, now: performance.now(), wallNow: wall + clockOffMs, clockOffMs };
}

/** By how much the clock of the service is ahead of this one, milliseconds; 0 where that is less than can be told. */
export function clockOff(date: number, wall: number): number {
  const off = date + DATE_ROUNDING_MS - wall;
  return Math.abs(off) < CLOCK_OFF_MS_MIN ? 0 : off;
}
