import type { MachineCounts, TransitionCount } from '../../src/core/machine-counts.ts';

export interface Counted {
  /** Milliseconds, of any clock. */
  readonly at: number;
  readonly counts: MachineCounts;
}

export interface StateActivity {
  /** Actors in it now; of a state that is the end, those that ever came to it. */
  readonly count: number;
  /** A second; null = not known. */
  readonly entered: number | null;
}

export interface TransitionActivity extends TransitionCount {
  readonly perSecond: number;
}

/** What goes on in a chart. */
export interface Activity {
  readonly states: ReadonlyMap<string, StateActivity>;
  /** null: nobody counts them, or nothing is known to compare with. */
  readonly transitions: readonly TransitionActivity[] | null;
}

/** A state that is the end of an actor: nobody stays in it. */
const END = 'closed';

/** What the counts say in comparison with those before. */
export function activityOf(before: Counted | null, { at, counts }: Counted): Activity {
  const seconds = before === null ? 0 : (at - before.at) / 1000;
  const growth = (was: number | null | undefined, now: number | null): number | null =>
    typeof was !== 'number' || now === null || seconds <= 0 || now < was ? null : (now - was) / seconds;
  const states = Object.entries(counts.states).map(([state, { live, entered }]) => {
    const count = state === END && entered !== null ? entered : live;
    return [state, { count, entered: growth(before?.counts.states[state]?.entered, entered) }] as const;
  });
  return { states: new Map(states), transitions: transitionsOf(before?.counts, counts, growth) };
}

function transitionsOf(
  before: MachineCounts | undefined,
  now: MachineCounts,
  growth: (was: number | undefined, now: number) => number | null,
): TransitionActivity[] | null {
  if (!now.transitions || !before?.transitions) return null;
  const known = new Map(before.transitions.map((each) => [keyOf(each), each.taken]));
  return now.transitions.map((each) => ({
    ...each,
    perSecond: growth(known.get(keyOf(each)) ?? 0, each.taken) ?? 0,
  }));
}

function keyOf({ from, event, to }: TransitionCount): string {
  return `${from} ${event} ${to}`;
}

/** How often one of these states was left for `to` by `event`, a second. */
export function rateOf(
  transitions: readonly TransitionActivity[],
  from: readonly string[],
  to: string,
  event: string,
): number {
  return transitions
    .filter((each) => from.includes(each.from) && each.to === to && each.event === event)
    .reduce((sum, { perSecond }) => sum + perSecond, 0);
}
