import { CLOSE_REASONS } from '../../src/core/close-reason.ts';
import type { ListenerStatus, PoolStatus, ServiceStatus } from '../../src/core/status.ts';

/** Points that are kept: five minutes, where one comes each second. */
export const HISTORY_POINTS_MAX = 300;
/** Listeners, and pools, that have lines of their own; the others are one line together. */
export const NAMES_MAX = 7;
/** What the others together are called. */
export const OTHERS = 'all others';

/** What a listener, or all together, did in a stretch of time. null = not known: the first point, or a counter fell. */
export interface Flow {
  /** Connections accepted a second. */
  readonly accepted: number | null;
  /** Connections a second that ended otherwise than by both sides finishing. */
  readonly failed: number | null;
  /** Bytes a second, from clients and to them. */
  readonly up: number | null;
  readonly down: number | null;
  /** Connections that were open at its end. */
  readonly active: number;
}

export interface PoolLoad {
  readonly active: number;
  readonly connecting: number;
  readonly waiting: number;
}

/** One reading of the status, with what it says in comparison with the one before. */
export interface Point {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly total: Flow;
  readonly listeners: ReadonlyMap<string, Flow>;
  readonly pools: ReadonlyMap<string, PoolLoad>;
}

export interface Reading {
  readonly at: number;
  readonly status: ServiceStatus;
}

const UNCLEAN = new Map(Object.entries(CLOSE_REASONS).map(([reason, { clean }]) => [reason, !clean]));

/** What each listener did between two readings. */
export function pointOf(before: Reading | null, { at, status }: Reading): Point {
  const known = new Map(before?.status.listeners.map((listener) => [listener.name, listener]));
  const seconds = before === null ? 0 : (at - before.at) / 1000;
  const listeners = new Map(
    status.listeners.map((listener) => [listener.name, flowOf(known.get(listener.name), listener, seconds)]),
  );
  const pools = new Map(status.pools.map((pool) => [pool.name, loadOf(pool)]));
  return { at, total: totalOf([...listeners.values()], before !== null), listeners, pools };
}

/** Connections that are open, of one listener. */
export function activeOf({ connections }: ListenerStatus): number {
  return Object.entries(connections).reduce((sum, [state, live]) => sum + (state === 'closed' ? 0 : live), 0);
}

/** Connections that ended otherwise than by both sides finishing. */
export function failedOf({ closed }: ListenerStatus): number {
  return Object.entries(closed).reduce((sum, [reason, ended]) => sum + (UNCLEAN.get(reason) ? ended : 0), 0);
}

function flowOf(before: ListenerStatus | undefined, now: ListenerStatus, seconds: number): Flow {
  const growth = (value: (listener: ListenerStatus) => number): number | null => {
    if (before === undefined || seconds <= 0) return null;
    const grown = value(now) - value(before);
    return grown < 0 ? null : grown / seconds;
  };
  return {
    accepted: growth(({ accepted }) => accepted),
    failed: growth(failedOf),
    up: growth(({ bytesUp }) => bytesUp),
    down: growth(({ bytesDown }) => bytesDown),
    active: activeOf(now),
  };
}

function loadOf({ backends, waiting }: PoolStatus): PoolLoad {
  return {
    active: backends.reduce((sum, { active }) => sum + active, 0),
    connecting: backends.reduce((sum, { connecting }) => sum + connecting, 0),
    waiting,
  };
}

/** Listeners of which nothing is known yet count as 0, unless nothing is known of any. */
function totalOf(flows: readonly Flow[], isKnown: boolean): Flow {
  const sum = (value: (flow: Flow) => number | null): number | null =>
    isKnown ? flows.reduce((total, flow) => total + (value(flow) ?? 0), 0) : null;
  return {
    accepted: sum(({ accepted }) => accepted),
    failed: sum(({ failed }) => failed),
    up: sum(({ up }) => up),
    down: sum(({ down }) => down),
    active: flows.reduce((total, { active }) => total + active, 0),
  };
}

/** The last points, the oldest first. */
export class History {
  #points: readonly Point[] = [];
  #last: Reading | null = null;

  /** A new array with each reading. */
  get points(): readonly Point[] {
    return this.#points;
  }

  add(reading: Reading): void {
    // A clock that was set back would make the line run backwards.
    const before = this.#points.filter(({ at }) => at < reading.at);
    this.#points = [...before, pointOf(this.#last, reading)].slice(-HISTORY_POINTS_MAX);
    this.#last = reading;
  }
}

/** Columns for a plot: the time in seconds, then one for each of `values`. */
export function columns(
  points: readonly Point[],
  values: readonly ((point: Point) => number | null)[],
): (number | null)[][] {
  return [points.map(({ at }) => at / 1000), ...values.map((value) => points.map(value))];
}

/** Columns by name: the first NAMES_MAX names have one each, and all others one together where there are more. */
export function columnsByName<T>(
  points: readonly Point[],
  names: readonly string[],
  of: (point: Point) => ReadonlyMap<string, T>,
  value: (one: T) => number | null,
): { readonly names: readonly string[]; readonly data: (number | null)[][] } {
  const [own, others] = [names.slice(0, NAMES_MAX), names.slice(NAMES_MAX)];
  const worth = (point: Point, name: string): number | null => {
    const one = of(point).get(name);
    return one === undefined ? null : value(one);
  };
  const single = own.map((name) => (point: Point) => worth(point, name));
  const rest = (point: Point): number => others.reduce((sum, name) => sum + (worth(point, name) ?? 0), 0);
  return {
    names: others.length === 0 ? own : [...own, OTHERS],
    data: columns(points, others.length === 0 ? single : [...single, rest]),
  };
}
