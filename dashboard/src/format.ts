const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
const SPANS: readonly (readonly [number, string])[] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1_000, 's'],
];

/** `1.5 MiB`. */
export function size(bytes: number): string {
  let [value, unit] = [bytes, 0];
  while (value >= 1024 && unit < BYTE_UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${value.toFixed(unit === 0 || value >= 100 ? 0 : 1)} ${BYTE_UNITS[unit]}`;
}

/** `1.5 MiB/s`. */
export function rate(bytesPerSecond: number): string {
  return `${size(bytesPerSecond)}/s`;
}

/** `2 h 5 min`, `12 s`, `340 ms`: the two greatest units. */
export function span(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`;
  const parts: string[] = [];
  let left = ms;
  for (const [length, unit] of SPANS) {
    const count = Math.floor(left / length);
    left -= count * length;
    if (count > 0) parts.push(`${count} ${unit}`);
    else if (parts.length > 0) break;
  }
  return parts.slice(0, 2).join(' ');
}

/** As `span`, and below ten milliseconds with two digits behind the point: `0.24 ms`. */
export function fine(ms: number): string {
  return ms < 10 ? `${Math.max(0, ms).toFixed(ms < 0.005 ? 0 : 2)} ms` : span(ms);
}

/** `12,345`; of what is not whole one digit behind the point. */
export function count(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: value < 10 ? 1 : 0 });
}

/** The time of day of milliseconds since 1970, in the viewer's zone: `14:03:07`. */
export function clock(at: number): string {
  return new Date(at).toLocaleTimeString('en-GB');
}
