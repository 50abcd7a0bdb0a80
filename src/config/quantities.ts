import { formatDuration } from '../core/units.ts';
import { type LeafShape, leaf, Refusal, refuseKind, textOf } from './leaf.ts';
import { DURATION_MS_MAX, RATE_BYTES_PER_SECOND_MAX } from './limits.ts';
import { show } from './show.ts';
import {
  COUNT_RATE_PATTERN,
  DURATION_PATTERN,
  formatRate,
  formatSize,
  parseCountRate,
  parseDuration,
  parseRate,
  parseSize,
  RATE_PATTERN,
  repairCountRate,
  repairDuration,
  repairRate,
  repairSize,
  SIZE_PATTERN,
} from './units.ts';

export interface DurationRange {
  /** In milliseconds; if not provided, defaults to 1. */
  readonly min?: number;
  /** In milliseconds; if not provided, defaults to DURATION_MS_MAX. */
  readonly max?: number;
  /** What 0 means, where there is one: `never` or 0 is written for it, 0 means "at once", or `system` is written for it. */
  readonly zero?: 'never' | 'at once' | 'system';
}

/** A duration, in milliseconds. */
export function duration(range: DurationRange = {}) {
  const { min = 1, max = DURATION_MS_MAX, zero } = range;
  const word = zero === 'never' || zero === 'system' ? zero : null;
  const digit = zero === 'never' || zero === 'at once';
  const more = word === null ? (digit ? ', or 0 for at once' : '') : `, or ${word}`;
  const shape: LeafShape = {
    expected: `a time with its unit (ms, s, m, h, d) such as 250ms or 5s${more}`,
    json: {
      title: word === null ? `duration${digit ? ' or 0' : ''}` : `duration or \`${word}\``,
      type: digit ? ['string', 'integer'] : 'string',
      ...(digit ? { minimum: 0, maximum: 0 } : {}),
      pattern: `${DURATION_PATTERN}${digit ? '|^0$' : ''}${word === null ? '' : `|^${word}$`}`,
    },
  };
  return leaf(shape, (value) => {
    const text = textOf(value);
    if (text === word) return 0;
    if (text === 'never') return new Refusal('this wait must have an end');
    const ms = parseDuration(text);
    if (ms === null) return refuseKind(value, 'a duration', repairDuration(text));
    if (ms === 0 && digit) return 0;
    if (ms === 0) return new Refusal(`${show(value)} leaves no time at all`);
    if (ms < min) return new Refusal(`${show(value)} is less than ${formatDuration(min)}`);
    if (ms > max) return new Refusal(`${show(value)} is more than ${formatDuration(max)}`);
    return ms;
  });
}

/** A size, in bytes; `zero` is a word for 0, where 0 is allowed. */
export function size(min: number, max: number, zero?: 'system') {
  const shape: LeafShape = {
    expected: `a size from ${formatSize(min)} to ${formatSize(max)} such as 64KiB${zero === undefined ? '' : `, or ${zero}`}`,
    json: {
      title: zero === undefined ? 'size' : `size or \`${zero}\``,
      type: ['string', 'integer'],
      minimum: min,
      maximum: max,
      pattern: `${SIZE_PATTERN}|^\\d{1,15}$${zero === undefined ? '' : `|^${zero}$`}`,
    },
  };
  return leaf(shape, (value) => {
    if (value === zero) return 0;
    const bytes = parseSize(textOf(value));
    if (bytes === null) return refuseKind(value, 'a size', repairSize(textOf(value)));
    return bytes >= min && bytes <= max ? bytes : outOfRange(value);
  });
}

/** A rate, in bytes a second. */
export function rate() {
  const max = RATE_BYTES_PER_SECOND_MAX;
  const shape: LeafShape = {
    expected: `bytes a second, from 1B/s to ${formatRate(max)}, such as 1MiB/s`,
    json: { title: 'rate', type: 'string', pattern: RATE_PATTERN },
  };
  return leaf(shape, (value) => {
    const bytes = parseRate(textOf(value));
    if (bytes === null) return refuseKind(value, 'a rate', repairRate(textOf(value)));
    return bytes >= 1 && bytes <= max ? bytes : outOfRange(value);
  });
}

/** So many a second. */
export function countRate(max: number) {
  const shape: LeafShape = {
    expected: `a number a second, from 1/s to ${max}/s, such as 500/s`,
    json: { title: 'number a second', type: 'string', pattern: COUNT_RATE_PATTERN },
  };
  return leaf(shape, (value) => {
    const count = parseCountRate(textOf(value));
    if (count === null) return refuseKind(value, 'a number a second', repairCountRate(textOf(value)));
    return count >= 1 && count <= max ? count : outOfRange(value);
  });
}

/** A whole number in a range, both ends included; `absent` says what it means that the key is not there. */
export function integer(min: number, max: number, absent?: string) {
  const shape: LeafShape = {
    expected: `a whole number from ${min} to ${max}${absent === undefined ? '' : `, or no such key for ${absent}`}`,
    json: { title: `whole number, ${min} to ${max}`, type: 'integer', minimum: min, maximum: max },
  };
  return leaf(shape, (value) => {
    if (typeof value !== 'number' || !Number.isInteger(value)) return refuseKind(value, 'a whole number');
    return value >= min && value <= max ? value : outOfRange(value);
  });
}

/** A share: 0 is none, 1 is all. */
export function share() {
  const shape: LeafShape = {
    expected: 'a number from 0 (none) to 1 (all), such as 0.05',
    json: { title: 'number, 0 to 1', type: 'number', minimum: 0, maximum: 1 },
  };
  return leaf(shape, (value) => {
    if (typeof value !== 'number' || Number.isNaN(value))
      return refuseKind(value, 'a number', percent(value));
    return value >= 0 && value <= 1 ? value : outOfRange(value);
  });
}

/** A part of a hundred, as a share: 0 is none, 1 is all. */
export function percentage() {
  const shape: LeafShape = {
    expected: 'a percentage from 0% to 100%, such as 10%',
    json: {
      title: 'percentage',
      type: ['string', 'number'],
      minimum: 0,
      maximum: 100,
      pattern: String.raw`^\d{1,3}(\.\d{1,6})?\s*%$`,
    },
  };
  return leaf(shape, (value) => {
    const share = percent(typeof value === 'number' ? `${value}%` : value);
    return share === null ? refuseKind(value, 'a percentage') : Number(share);
  });
}

/** A percentage: a whole number of hundredths. */
export function wholePercentage(min: number, max: number) {
  const shape: LeafShape = {
    expected: `a percentage from ${min}% to ${max}%, such as ${Math.max(50, min * 1.25)}%`,
    json: { title: `percentage, ${min}% to ${max}%`, type: 'string', pattern: '^\\d{1,4}%$' },
  };
  return leaf(shape, (value) => {
    const digits = /^(\d{1,4})%$/.exec(textOf(value))?.[1];
    if (digits === undefined) {
      const isWhole = typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max;
      return refuseKind(value, 'a percentage', isWhole ? `${value}%` : null);
    }
    return Number(digits) >= min && Number(digits) <= max ? Number(digits) : outOfRange(value);
  });
}

/** A prime number in a range, both ends included. */
export function prime(min: number, max: number) {
  const shape: LeafShape = {
    expected: `a prime number from ${min} to ${max}`,
    json: { title: `prime number, ${min} to ${max}`, type: 'integer', minimum: min, maximum: max },
  };
  return leaf(shape, (value) => {
    if (typeof value !== 'number' || !Number.isInteger(value)) return refuseKind(value, 'a whole number');
    if (value < min || value > max) return outOfRange(value);
    let next = value;
    while (!isPrime(next)) next++;
    return next === value ? value : refuseKind(value, 'a prime number', next > max ? null : String(next));
  });
}

function isPrime(number: number): boolean {
  for (let divisor = 2; divisor * divisor <= number; divisor++) if (number % divisor === 0) return false;
  return true;
}

function outOfRange(value: unknown): Refusal {
  return new Refusal(`${show(value)} is out of range`);
}

function percent(value: unknown): string | null {
  const digits = /^(\d{1,3}(?:\.\d{1,6})?)\s*%$/.exec(textOf(value))?.[1];
  return digits === undefined || Number(digits) > 100 ? null : String(Number(digits) / 100);
}
