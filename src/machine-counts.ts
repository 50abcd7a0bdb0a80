import type { CountersLayout } from './core/counters.ts';
import type { MachineCounts, StateCount, TransitionCount } from './core/machine-counts.ts';
import { STATES } from './core/state.ts';
import type { ChartTransition } from './machine-engine/index.ts';
import { type BalancerActor, leafOf } from './upstream/index.ts';

/**
 * Of connections: the sum over all listeners that a counters region has room for, also those that were taken away.
 * `transitions` are those of the chart, in the order in which `layout` counts them.
 */
export function connectionCounts(
  layout: CountersLayout,
  regions: readonly Float64Array[],
  transitions: readonly ChartTransition[],
): MachineCounts {
  const sum = (cellOf: (listener: number) => number): number => {
    let total = 0;
    for (const cells of regions)
      for (let listener = 0; listener < layout.shape.listeners; listener++)
        total += cells[cellOf(listener)] ?? 0;
    return total;
  };
  const states = STATES.map((name, state): [string, StateCount] => [
    name,
    {
      live: sum((listener) => layout.state(listener, state)),
      entered: sum((listener) => layout.transition(listener, state)),
    },
  ]);
  return { states: Object.fromEntries(states), transitions: transitionCounts(layout, regions, transitions) };
}

/** Those of a state's steps are the state's own, and so are those that differ by a guard alone. */
function transitionCounts(
  layout: CountersLayout,
  regions: readonly Float64Array[],
  transitions: readonly ChartTransition[],
): TransitionCount[] {
  const counts = new Map<string, TransitionCount>();
  for (const [index, { from: leaf, event, to: target, within }] of transitions.entries()) {
    const from = leaf.find(isState);
    // Nothing leaves the end.
    if (from === undefined || from === 'closed') continue;
    const entered = target?.findIndex(isState) ?? -1;
    const to = entered >= within.length ? (target?.[entered] ?? null) : null;
    const key = JSON.stringify([from, event, to]);
    const taken = regions.reduce((sum, cells) => sum + (cells[layout.taken(index)] ?? 0), 0);
    counts.set(key, { from, event, to, taken: taken + (counts.get(key)?.taken ?? 0) });
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
