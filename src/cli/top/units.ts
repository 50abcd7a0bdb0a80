import { formatBytes } from '../../core/units.ts';

const LENGTHS = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'm'],
  [1_000, 's'],
] as const;

/** A number as people read it: `1,204`. */
export function counted(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}

/** Times a second: `0`, `0.2`, `7.5`, `120`. */
export function perSecond(rate: number): string {
  return rate > 0 && rate < 9.95 ? rate.toFixed(1) : counted(rate);
}

export function volume(bytes: number): string {
  return formatBytes(Math.round(bytes));
}

/** A time in its two largest units, `2d 3h`, `5m 12s`; below 10 s `3.2s`, `120ms`, `85us`. Negative ones count as 0. */
export function duration(ms: number): string {
  if (ms < 1) return `${Math.max(0, Math.round(ms * 1000))}us`;
  if (ms < 1_000) return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)}ms`;
  if (ms < 10_000) return `${(ms / 1_000).toFixed(1)}s`;
  const first = LENGTHS.findIndex(([length]) => ms >= length);
  return LENGTHS.slice(first, first + 2)
    .map(
      ([length, unit], index) => [index === 0 ? ms : ms % (LENGTHS[first]?.[0] ?? 1), length, unit] as const,
    )
    .map(([rest, length, unit]) => `${Math.floor(rest / length)}${unit}`)
    .join(' ');
}

/** The time of day, in that of the terminal: `15:24:01`. */
export function clock(at: number): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? '' : date.toTimeString().slice(0, 8);
}
