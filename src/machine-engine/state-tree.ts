import type { AnyStateNode, StateValue } from 'xstate';

/** A state and all below it, each before its children. */
export function statesBelow(state: AnyStateNode): AnyStateNode[] {
  return [state, ...Object.values(state.states).flatMap((child) => statesBelow(child as AnyStateNode))];
}

/** From the root to a state, both included. */
export function pathTo(state: AnyStateNode): AnyStateNode[] {
  return state.parent === undefined ? [state] : [...pathTo(state.parent), state];
}

/** Whether a state lies below another, which is not itself. Below `undefined` lies every state, the root too. */
export function isBelow(state: AnyStateNode, ancestor: AnyStateNode | undefined): boolean {
  let marker = state;
  while (marker.parent !== undefined && marker.parent !== ancestor) marker = marker.parent;
  return marker.parent === ancestor;
}

/** The states that are entered below a state by default, from the child to the leaf; none below a leaf. */
export function defaultDescent(state: AnyStateNode): AnyStateNode[] {
  if (state.type !== 'compound') return [];
  const child = state.initial.target[0] as AnyStateNode;
  return [child, ...defaultDescent(child)];
}

/** The leaf that is active when a state is entered and nothing more is said. */
export function defaultLeaf(state: AnyStateNode): AnyStateNode {
  return defaultDescent(state).at(-1) ?? state;
}

/** XState's name for a leaf being active: a key, or keys nested. Frozen, since all snapshots of the leaf share it. */
export function stateValueOf(leaf: AnyStateNode): StateValue {
  return pathTo(leaf)
    .slice(1, -1)
    .reduceRight<StateValue>((value, { key }) => Object.freeze({ [key]: value }), leaf.key);
}
