import type { CountersLayout } from './core/counters.ts';
import type { MachineCounts, StateCount, TransitionCount } from './core/machine-counts.ts';
import { STATES } from './core/state.ts';
import type { ChartTransition } from './machine-engine/index.ts';
import { type BalancerActor, leafOf } from './upstream/index.ts';

/**
 * Of the connections of one listener, or of all there ever were (null): the sum over all shards. `transitions` are those of the
 * chart, in the order in which `layout` counts them.
 */
export function connectionCounts(
  layout: CountersLayout,
  regions: readonly Float64Array[],
  transitions: readonly ChartTransition[],
  listener: number | null,
): MachineCounts {
  const counted = regions.map((cells) => ({
    cells,
    listeners: listener === null ? [...usedListeners(layout, cells), layout.former] : [listener],
  }));
  const sum = (cellOf: (listener: number) => number): number => {
    let total = 0;
    for (const { cells, listeners } of counted)
      for (const each of listeners) total += cells[cellOf(each)] ?? 0;
    return total;
  };
  const states = STATES.map((name, state): [string, StateCount] => [
    name,
    {
      live: sum((each) => (each === layout.former ? -1 : layout.state(each, state))),
      entered: sum((each) => layout.transition(each, state)),
    },
  ]);
  const taken = (transition: number): number => sum((each) => layout.taken(each, transition));
  return { states: Object.fromEntries(states), transitions: transitionCounts(transitions, taken) };
}

/** Those that have accepted anybody; most places of a region were never used. */
function usedListeners(layout: CountersLayout, cells: Float64Array): number[] {
  const all = Array.from({ length: layout.shape.listeners }, (_, listener) => listener);
  return all.filter((listener) => cells[layout.accepted(listener)] !== 0);
}

/** Those of a state's steps are the state's own, and so are those that differ by a guard alone. */
function transitionCounts(
  transitions: readonly ChartTransition[],
  takenOf: (transition: number) => number,
): TransitionCount[] {
  const counts = new Map<string, TransitionCount>();
  for (const [index, { from: leaf, event, to: target, within }] of transitions.entries()) {
    const from = leaf.find(isState);
    // Nothing leaves the end.
    if (from === undefined || from === 'closed') continue;
    const entered = target?.findIndex(isState) ?? -1;
    const to = entered >= within.length ? (target?.[entered] ?? null) : null;
    const key = JSON.stringify([from, event, to]);
    counts.set(key, { from, event, to, taken: takenOf(index) + (counts.get(key)?.taken ?? 0) });
  }
  return [...counts.values()];
}

function isState(name: string): boolean {
  return (STATES as readonly string[]).includes(name);
}

/** Of actors whose states are known; neither entries nor transitions are counted by anybody. */
export function actorCounts(states: readonly string[]): MachineCounts {
  const live = new Map<string, number>();
  for (const state of states) live.set(state, (live.get(state) ?? 0) + 1);
  return {
    states: Object.fromEntries([...live].map(([state, count]) => [state, { live: count, entered: null }])),
    transitions: null,
  };
}

/** The states of balancers, and those of the health checkers that they supervise. */
export function statesOfUpstreams(actors: readonly (BalancerActor | null)[]): {
  readonly balancers: readonly string[];
  readonly checkers: readonly string[];
} {
  const snapshots = actors.flatMap((actor) => (actor === null ? [] : [actor.getSnapshot()]));
  const checkers = snapshots.flatMap(({ children }) =>
    Object.values(children).flatMap((child) => {
      const value = (child?.getSnapshot() as { readonly value?: unknown } | undefined)?.value;
      return value === undefined ? [] : [leafOf(value)];
    }),
  );
  return { balancers: snapshots.map(({ value }) => leafOf(value)), checkers };
}
