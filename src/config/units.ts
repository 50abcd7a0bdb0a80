const DURATIONS_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

const SIZES_BYTES = {
  B: 1,
  KB: 1000,
  MB: 1_000_000,
  GB: 1_000_000_000,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
} as const;

/** What people write for a unit, by the unit they mean; compared in lower case. */
const MEANT: Readonly<Record<string, string>> = {
  msec: 'ms',
  millis: 'ms',
  '': 's',
  sec: 's',
  secs: 's',
  second: 's',
  seconds: 's',
  min: 'm',
  mins: 'm',
  minute: 'm',
  minutes: 'm',
  hr: 'h',
  hour: 'h',
  hours: 'h',
  day: 'd',
  days: 'd',
  k: 'KiB',
  kb: 'KB',
  kib: 'KiB',
  mb: 'MB',
  mib: 'MiB',
  g: 'GiB',
  gb: 'GB',
  gib: 'GiB',
  b: 'B',
  bytes: 'B',
};

const NUMBER = String.raw`\d{1,15}(?:\.\d{1,9})?`;

/** Patterns for the JSON Schema; what they accept is what the readers below accept, but for the range of the number. */
export const DURATION_PATTERN = `^${NUMBER}(ms|s|m|h|d)$`;
export const SIZE_PATTERN = `^${NUMBER}(B|KB|MB|GB|KiB|MiB|GiB)$`;
export const RATE_PATTERN = `^${NUMBER}(B|KB|MB|GB|KiB|MiB|GiB)/s$`;
export const COUNT_RATE_PATTERN = String.raw`^\d{1,15}/s$`;

/** Milliseconds of `250ms`, `5s`, `1m`, `1h`, `1d`, `0`; null where the text is none or no whole number of them. */
export function parseDuration(text: string): number | null {
  if (text === '0') return 0;
  return parseQuantity(text, DURATIONS_MS);
}

/** Bytes of `64KiB`, `1.5MiB`, `10MB`, `512B`; a plain number is bytes; null where the text is none of these. */
export function parseSize(text: string): number | null {
  return /^\d{1,15}$/.test(text) ? Number(text) : parseQuantity(text, SIZES_BYTES);
}

/** Bytes a second of `1MiB/s`; null where the text is none. */
export function parseRate(text: string): number | null {
  return text.endsWith('/s') ? parseQuantity(text.slice(0, -2), SIZES_BYTES) : null;
}

/** The number in `500/s`; null where the text is none. */
export function parseCountRate(text: string): number | null {
  return new RegExp(COUNT_RATE_PATTERN).test(text) ? Number(text.slice(0, -2)) : null;
}

/** A size in the largest unit that states it exactly: `64KiB`, `10MB`, `1500B`. `parseSize` reads it back. */
export function formatSize(bytes: number): string {
  const units = Object.entries(SIZES_BYTES).sort(([, a], [, b]) => b - a);
  for (const [unit, size] of units) if (bytes >= size && bytes % size === 0) return `${bytes / size}${unit}`;
  return `${bytes}B`;
}

/** A rate that `parseRate` reads back. */
export function formatRate(bytesPerSecond: number): string {
  return `${formatSize(bytesPerSecond)}/s`;
}

/** What a text that is no duration was probably meant to be: `5 sec` → `5s`, `10` → `10s`. */
export function repairDuration(text: string): string | null {
  return repair(text, '', (repaired) => parseDuration(repaired) !== null);
}

/** What a text that is no size was probably meant to be: `64k` → `64KiB`. */
export function repairSize(text: string): string | null {
  return repair(text === text.trim() ? text : text.trim(), '', (repaired) => parseSize(repaired) !== null);
}

/** What a text that is no rate was probably meant to be: `1MiB`, `1mb/s`, `1 MiBps`. */
export function repairRate(text: string): string | null {
  const amount = text.replace(/\s*(\/\s*s(ec|econd)?|ps)$/i, '');
  const bytes = /^\d+$/.test(amount) ? `${amount}B` : amount;
  return repair(bytes, '/s', (repaired) => parseRate(repaired) !== null);
}

/** What a text that is no count a second was probably meant to be: `500` → `500/s`. */
export function repairCountRate(text: string): string | null {
  const digits = /^\s*(\d{1,15})\s*(\/\s*s(ec|econd)?)?\s*$/i.exec(text)?.[1];
  return digits === undefined ? null : `${digits}/s`;
}

function parseQuantity(text: string, units: Readonly<Record<string, number>>): number | null {
  const parts = new RegExp(`^(${NUMBER})([A-Za-z]+)$`).exec(text);
  const unit = parts?.[2] === undefined || !Object.hasOwn(units, parts[2]) ? undefined : units[parts[2]];
  if (unit === undefined) return null;
  const exact = Number(parts?.[1]) * unit;
  const whole = Math.round(exact);
  return Math.abs(exact - whole) <= whole * Number.EPSILON * 2 && Number.isSafeInteger(whole) ? whole : null;
}

function repair(text: string, suffix: string, isValid: (repaired: string) => boolean): string | null {
  const parts = /^\s*(\d{1,15}(?:\.\d{1,9})?)\s*([A-Za-z]{0,10})\s*$/.exec(text);
  if (parts === null) return null;
  const written = (parts[2] ?? '').toLowerCase();
  for (const unit of [written, MEANT[written] ?? written, parts[2] === 'M' ? 'MiB' : written]) {
    const repaired = `${parts[1]}${unit}${suffix}`;
    if (repaired !== text && isValid(repaired)) return repaired;
  }
  return null;
}
