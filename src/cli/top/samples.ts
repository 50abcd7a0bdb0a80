import { CLOSE_REASONS } from '../../core/close-reason.ts';
import { entries, type Json, list, number, sum, text } from './json.ts';
import { HISTORY_MS, HISTORY_POINTS_MAX } from './limits.ts';

/** What has been counted up to a moment, of one listener or all. */
export interface Totals {
  readonly accepted: number;
  readonly ended: number;
  /** Of those that ended, how many otherwise than clean. */
  readonly errors: number;
  readonly bytesUp: number;
  readonly bytesDown: number;
}

/** What a status said at a moment of the clock that only grows. */
export interface Sample {
  readonly at: number;
  readonly active: number;
  readonly all: Totals;
  readonly listeners: ReadonlyMap<string, Totals>;
  /** Connections that have ended, by reason. */
  readonly reasons: ReadonlyMap<string, number>;
}

const NOTHING: Totals = { accepted: 0, ended: 0, errors: 0, bytesUp: 0, bytesDown: 0 };
const KEYS = ['accepted', 'ended', 'errors', 'bytesUp', 'bytesDown'] as const;

export function sampleOf(status: Json, at: number): Sample {
  const listeners = new Map<string, Totals>();
  const reasons = new Map<string, number>();
  for (const listener of list(status, 'listeners')) {
    listeners.set(listenerKey(listener), totalsOf(listener));
    for (const [reason] of entries(listener, 'closed'))
      reasons.set(reason, (reasons.get(reason) ?? 0) + number(listener, 'closed', reason));
  }
  const all = [...listeners.values()].reduce((one, other) => merged(one, other, (a, b) => a + b), NOTHING);
  return { at, active: number(status, 'connections'), all, listeners, reasons };
}

/** What tells listeners apart: one that a reload took away may have the name of another. */
export function listenerKey(listener: Json): string {
  return JSON.stringify([text(listener, 'name'), text(listener, 'address'), text(listener, 'retired')]);
}

/** Whether a reason is an error: an end that is not clean, or one that this version does not know. */
export function isError(reason: string): boolean {
  const known = Object.entries(CLOSE_REASONS).find(([name]) => name === reason);
  return known === undefined || !known[1].clean;
}

/** The samples with one more, without those that are older than the history. */
export function withSample(samples: readonly Sample[], sample: Sample): readonly Sample[] {
  return [...samples, sample].filter(({ at }) => sample.at - at <= HISTORY_MS).slice(-HISTORY_POINTS_MAX);
}

/** What each total grew by in a second between two samples; 0 where it did not grow, or one is lacking. */
export function ratesOf(
  samples: readonly Sample[],
  of: (sample: Sample) => Totals | undefined = ({ all }) => all,
): Totals {
  return ratesBetween(samples.at(-2), samples.at(-1), of);
}

/** The rates of each pair of neighbours, with the time of the later one. */
export function courseOf(
  samples: readonly Sample[],
): readonly { readonly at: number; readonly rates: Totals }[] {
  return samples.slice(1).map((sample, index) => ({
    at: sample.at,
    rates: ratesBetween(samples[index], sample, ({ all }) => all),
  }));
}

function ratesBetween(
  before: Sample | undefined,
  after: Sample | undefined,
  of: (sample: Sample) => Totals | undefined,
): Totals {
  if (before === undefined || after === undefined || after.at <= before.at) return NOTHING;
  const seconds = (after.at - before.at) / 1000;
  const [from, to] = [of(before), of(after)];
  if (from === undefined || to === undefined) return NOTHING;
  return merged(to, from, (a, b) => Math.max(0, a - b) / seconds);
}

function totalsOf(listener: Json): Totals {
  const errors = entries(listener, 'closed')
    .filter(([reason]) => isError(reason))
    .reduce((total, [reason]) => total + number(listener, 'closed', reason), 0);
  return {
    accepted: number(listener, 'accepted'),
    ended: sum(listener, 'closed'),
    errors,
    bytesUp: number(listener, 'bytesUp'),
    bytesDown: number(listener, 'bytesDown'),
  };
}

function merged(one: Totals, other: Totals, how: (a: number, b: number) => number): Totals {
  return Object.fromEntries(KEYS.map((key) => [key, how(one[key], other[key])])) as unknown as Totals;
}
