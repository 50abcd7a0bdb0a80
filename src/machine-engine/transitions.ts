import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate';
import { domainOf } from './compile-transition.ts';
import { isWildcard, ownTransitions } from './event-match.ts';
import { defaultLeaf, pathTo, statesBelow } from './state-tree.ts';

/** Types that are the actor's own words: no transition is ever taken on them. */
const RESERVED = ['xstate.init', 'xstate.stop'];

/** A transition as one leaf of a chart has it. Paths are keys of states, the outermost below the root first. */
export interface ChartTransition {
  /** The leaf that is active. */
  readonly from: readonly string[];
  readonly event: string;
  /** The leaf that is active after it; null where it has no target and nothing is left. */
  readonly to: readonly string[] | null;
  /** The state that it stays inside of: every state below it is left, or entered. */
  readonly within: readonly string[];
}

/**
 * All transitions that can be taken in a chart, in a fixed order: leaf by leaf, each leaf's own and those of the states around
 * it. What a compiled machine counts has this order. Those that a wildcard stands for are not listed.
 */
export function transitionsOf(machine: AnyStateMachine): readonly ChartTransition[] {
  return leavesOf(machine).flatMap((leaf) =>
    exactTypes(leaf).flatMap((event) =>
      candidatesOf(leaf, event).map((transition) => told(leaf, event, transition)),
    ),
  );
}

/** The states that have no states, in the order of the chart. */
export function leavesOf(machine: AnyStateMachine): AnyStateNode[] {
  return statesBelow(machine.root as AnyStateNode).filter(({ type }) => type !== 'compound');
}

/** Every type that a leaf or a state above it names, wildcards apart, each once. */
export function exactTypes(leaf: AnyStateNode): string[] {
  const types = pathTo(leaf).flatMap((state) => [...state.transitions.keys()]);
  return [...new Set(types)].filter((type) => !isWildcard(type) && !isReserved(type));
}

/** Whether no transition is ever taken on a type. */
export function isReserved(type: string): boolean {
  return RESERVED.includes(type);
}

/** What may be taken on a type: up to the first without a guard, since nothing after it is ever asked. */
export function candidatesOf(leaf: AnyStateNode, type: string): readonly AnyTransitionDefinition[] {
  const all = pathTo(leaf)
    .reverse()
    .flatMap((state) => ownTransitions(state, type));
  const last = all.findIndex(({ guard }) => !guard);
  return all.slice(0, last === -1 ? undefined : last + 1);
}

function told(leaf: AnyStateNode, event: string, transition: AnyTransitionDefinition): ChartTransition {
  const from = leaf.path;
  const target = transition.target?.[0] as AnyStateNode | undefined;
  if (target === undefined) return { from, event, to: null, within: from };
  const domain = domainOf(transition.source as AnyStateNode, target, transition.reenter);
  return { from, event, to: defaultLeaf(target).path, within: domain?.path ?? [] };
}
