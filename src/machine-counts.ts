import type { CountersLayout } from './core/counters.ts';
import type { MachineCounts, StateCount } from './core/machine-counts.ts';
import { STATES } from './core/state.ts';
import type { BalancerActor } from './upstream/index.ts';

/** Of connections: the sum over all listeners that a counters region has room for, also those that were taken away. */
export function connectionCounts(layout: CountersLayout, regions: readonly Float64Array[]): MachineCounts {
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
  return { states: Object.fromEntries(states) };
}

/** Of actors whose states are known; the entries are counted by nobody. */
export function actorCounts(states: readonly string[]): MachineCounts {
  const live = new Map<string, number>();
  for (const state of states) live.set(state, (live.get(state) ?? 0) + 1);
  return {
    states: Object.fromEntries([...live].map(([state, count]) => [state, { live: count, entered: null }])),
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

/** `healthy`, or of a state within a state `probing.waiting`. */
function leafOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const [[name, inner] = ['', '']] = Object.entries(value as Record<string, unknown>);
  return `${name}.${leafOf(inner)}`;
}
