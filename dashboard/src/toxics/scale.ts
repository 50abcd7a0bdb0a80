import { formatRate, formatSize, parseDuration, parseRate, parseSize } from '../../../src/config/units.ts';
import { formatDuration } from '../../../src/core/units.ts';
import type { Field } from './kinds.ts';

/** Steps of a slider, from 0. */
export const STEPS = 200;

/** How a slider writes the values of a field. */
export interface Scale {
  /** The step that a text stands at, as near as there is one; null = it is no value. */
  stepOf(text: string): number | null;
  /** What a step is written as. */
  textAt(step: number): string;
  /** What its ends are, for people. */
  readonly ends: readonly [string, string];
}

const KIB = 1024;
/** Ends of the sliders; the field beside them takes what lies beyond. */
const DURATION_MS = [1, 60_000] as const;
const SCHEDULE_MS = [1_000, 86_400_000] as const;
const RATE_BYTES = [KIB, KIB ** 3] as const;
const SIZE_BYTES = [1, KIB ** 3] as const;
const RARE_SHARE = [1e-6, 1] as const;

/** The slider of a field; null where it has none. */
export function scaleOf(field: Field): Scale | null {
  switch (field.type) {
    case 'duration':
      return durations(field);
    case 'rate':
      return rates();
    case 'size':
      return sizes(field);
    case 'share':
      return field.path === 'rate' ? rareShares() : shares();
    default:
      return null;
  }
}

/** None at the left end. */
function durations({ isRequired, isCommon, default: written }: Field): Scale {
  const none =
    isRequired || (written !== '' && written !== 'never' && parseDuration(written) !== 0) ? null : written;
  return leftmost(none, {
    range: isCommon ? SCHEDULE_MS : DURATION_MS,
    read: parseDuration,
    write: (ms) => formatDuration(Math.max(1, rounded(ms))),
    endText: none === null ? null : written === '' ? 'none' : written,
  });
}

function sizes({ isRequired, max }: Field): Scale {
  const range = [SIZE_BYTES[0], Math.min(max ?? SIZE_BYTES[1], SIZE_BYTES[1])] as const;
  const write = (bytes: number) => formatSize(Math.max(1, roundedBytes(bytes)));
  return leftmost(isRequired ? null : '', {
    range,
    read: parseSize,
    write,
    endText: isRequired ? null : 'none',
  });
}

/** Unlimited, which is none, at the right end. */
function rates(): Scale {
  const way = logarithmic(RATE_BYTES, STEPS - 1);
  return {
    stepOf: (text) => (text === '' ? STEPS : stepWith(way, parseRate(text))),
    textAt: (step) => (step >= STEPS ? '' : formatRate(roundedBytes(way.valueAt(step)))),
    ends: [formatRate(RATE_BYTES[0]), 'unlimited'],
  };
}

function shares(): Scale {
  return {
    stepOf: (text) => (isShare(text) ? Math.round(Number(text) * STEPS) : null),
    textAt: (step) => String(step / STEPS),
    ends: ['0', '1'],
  };
}

/** Of bytes, say: what is worth setting is far below 1. */
function rareShares(): Scale {
  const way = logarithmic(RARE_SHARE, STEPS);
  return {
    stepOf: (text) =>
      isShare(text) ? Math.max(0, Math.round(way.stepOf(Math.max(Number(text), RARE_SHARE[0])))) : null,
    textAt: (step) => String(Number(way.valueAt(step).toPrecision(2))),
    ends: [String(RARE_SHARE[0]), '1'],
  };
}

function isShare(text: string): boolean {
  return text !== '' && Number(text) >= 0 && Number(text) <= 1;
}

interface Leftmost {
  readonly range: readonly [number, number];
  read(text: string): number | null;
  write(value: number): string;
  readonly endText: string | null;
}

/** A logarithmic slider whose left end is `none`, unless that is null. */
function leftmost(none: string | null, { range, read, write, endText }: Leftmost): Scale {
  const first = none === null ? 0 : 1;
  const way = logarithmic(range, STEPS - first);
  return {
    stepOf: (text) => {
      if (none !== null && (text === none || text === '' || read(text) === 0)) return 0;
      const step = stepWith(way, read(text));
      return step === null ? null : step + first;
    },
    textAt: (step) => (none !== null && step <= 0 ? none : write(way.valueAt(step - first))),
    ends: [endText ?? write(range[0]), write(range[1])],
  };
}

interface Way {
  valueAt(step: number): number;
  stepOf(value: number): number;
  readonly steps: number;
}

function logarithmic([from, to]: readonly [number, number], steps: number): Way {
  const span = Math.log(to / from);
  return {
    steps,
    valueAt: (step) => from * Math.exp((span * step) / steps),
    stepOf: (value) => (Math.log(value / from) / span) * steps,
  };
}

/** What lies beyond an end stands at it. */
function stepWith(way: Way, value: number | null): number | null {
  if (value === null) return null;
  return value <= 0 ? 0 : Math.min(way.steps, Math.max(0, Math.round(way.stepOf(value))));
}

/** Whole milliseconds, of two digits below ten seconds; then whole seconds, minutes, hours. */
function rounded(ms: number): number {
  if (ms < 10_000) return Math.round(Number(ms.toPrecision(2)));
  const unit = ms >= 36_000_000 ? 3_600_000 : ms >= 600_000 ? 60_000 : 1_000;
  return Math.round(ms / unit) * unit;
}

/** Whole units of 1024, so that it is written short. */
function roundedBytes(bytes: number): number {
  const unit = [KIB ** 3, KIB ** 2, KIB, 1].find((each) => bytes >= each) ?? 1;
  return Math.round(bytes / unit) * unit;
}
