import type { HrTime } from '@opentelemetry/api';

/** Milliseconds since 1970 as seconds and nanoseconds. Keeps the order of what it is given. */
export function hrTime(ms: number): HrTime {
  const seconds = Math.floor(ms / 1000);
  return [seconds, Math.floor((ms - seconds * 1000) * 1e6)];
}
