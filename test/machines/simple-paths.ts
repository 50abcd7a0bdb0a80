import type { AnyEventObject, AnyMachineSnapshot, AnyStateMachine } from 'xstate';
import { getAdjacencyMap, serializeSnapshot } from 'xstate/graph';

/** The events that lead from the start to an end, and the snapshot there. */
export interface PathToEnd {
  readonly events: readonly AnyEventObject[];
  readonly state: AnyMachineSnapshot;
}

interface Place {
  readonly state: AnyMachineSnapshot;
  readonly transitions: Readonly<
    Record<string, { readonly event: AnyEventObject; readonly state: AnyMachineSnapshot }>
  >;
}

/** What is walked: all that is reached by these events, of at most `limit` snapshots. */
export interface Walk {
  readonly input: unknown;
  readonly events: readonly AnyEventObject[];
  readonly limit: number;
}

/**
 * All paths of a chart from its start to a snapshot that is done, on which no place is visited twice. They are those of
 * XState's `getSimplePaths` with `toState` for done; that walks the whole graph once for each of its places, this once.
 */
export function simplePathsToEnds(chart: AnyStateMachine, { input, events, limit }: Walk): PathToEnd[] {
  const options = { input, events: [...events], limit } as never;
  const places = getAdjacencyMap(chart, options) as unknown as Record<string, Place>;
  const steps = new Map(
    Object.entries(places).map(([name, { transitions }]) => [
      name,
      Object.values(transitions).map((to) => ({ event: to.event, to: serializeSnapshot(to.state) })),
    ]),
  );
  const paths: PathToEnd[] = [];
  const visited = new Set<string>();
  const taken: AnyEventObject[] = [];
  const walk = (name: string): void => {
    const { state } = places[name] as Place;
    if (state.status === 'done') {
      paths.push({ events: [...taken], state });
      return;
    }
    visited.add(name);
    for (const { event, to } of steps.get(name) ?? []) {
      if (visited.has(to)) continue;
      taken.push(event);
      walk(to);
      taken.pop();
    }
    visited.delete(name);
  };
  walk(Object.keys(places)[0] as string);
  return paths;
}
