import type { ProbeTlsPlan } from '../core/health-plan.ts';
import { formatDuration } from '../core/units.ts';

const HOUR_MS = 3_600_000;

/** What is to be said of a certificate that ends sooner than the plan wants; null = nothing. */
export function judgeExpiry(
  { expiresWithinMs }: Pick<ProbeTlsPlan, 'expiresWithinMs'>,
  ends: number | null,
  now: number,
): string | null {
  if (expiresWithinMs === 0 || ends === null || ends - now > expiresWithinMs) return null;
  const left = ends - now;
  const when = left <= 0 ? 'has ended' : `ends in ${left < HOUR_MS ? 'less than 1h' : hours(left)}`;
  return `expected a certificate for ${formatDuration(expiresWithinMs)} more, this one ${when}, on ${new Date(ends).toISOString()}`;
}

function hours(ms: number): string {
  const whole = Math.floor(ms / HOUR_MS);
  return whole < 48 ? `${whole}h` : `${Math.floor(whole / 24)}d`;
}
