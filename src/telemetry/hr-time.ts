import type { HrTime } from '@opentelemetry/api';

/** Milliseconds since 1970 as seconds and nanoseconds. Keeps the order of what it is given. */
export function hrTime(ms: number): HrTime {
  const seconds = Math.floor(ms / 1000);
  return [seconds, Math.floor((ms - seconds * 1000) * 1e6)];
}

/**
 * When a span ends that begins at `from` and ends at `to`, both in milliseconds since 1970: a nanosecond after its start at
 * least, since Jaeger takes a span that begins and ends at once for a clock that runs backwards, and warns of it.
 */
export function spanEnd(from: number, to: number): HrTime {
  const [[seconds, nanoseconds], end] = [hrTime(from), hrTime(to)];
  if (end[0] > seconds || (end[0] === seconds && end[1] > nanoseconds)) return end;
  return nanoseconds === 999_999_999 ? [seconds + 1, 0] : [seconds, nanoseconds + 1];
}
