import type { AnyStateNode, AnyTransitionDefinition } from 'xstate';
import { compileAction, type Step } from './compile-action.ts';
import { compileGuard, guardName } from './compile-guard.ts';
import { defaultDescent, defaultLeaf, isBelow, pathTo } from './state-tree.ts';
import type { Candidate, Move, Row } from './table.ts';

type RowOf = (leaf: AnyStateNode) => Row;

/** Compiles a transition for when `leaf` is active; `count` is its cell, or UNCOUNTED. */
export function compileTransition(
  leaf: AnyStateNode,
  transition: AnyTransitionDefinition,
  rowOf: RowOf,
  count: number,
): Candidate {
  const source = transition.source as AnyStateNode;
  const guard: unknown = transition.guard;
  return {
    ...compileMove(leaf, source, transition, rowOf),
    guard: guard ? compileGuard(source, guard) : null,
    guardName: guardName(guard),
    source: source.id,
    count,
    transitions: Object.freeze([transition]),
  };
}

/** The move that begins a machine: every state on the way to the first leaf is entered by default. */
export function compileStart(root: AnyStateNode, rowOf: RowOf): Move {
  const leaf = defaultLeaf(root);
  return {
    steps: pathTo(leaf).flatMap((state) => [...entrySteps(state), ...initialSteps(state)]),
    to: rowOf(leaf),
    finishes: leaf.type === 'final',
  };
}

/** The exit actions of a leaf and of all above it, from the leaf up: what a machine that is done ends with. */
export function compileExits(leaf: AnyStateNode): Step[] {
  return pathTo(leaf).reverse().flatMap(exitSteps);
}

function compileMove(
  leaf: AnyStateNode,
  source: AnyStateNode,
  transition: AnyTransitionDefinition,
  rowOf: RowOf,
): Move {
  const actions = transition.actions.map((action) => compileAction(source, action));
  const target = transition.target?.[0] as AnyStateNode | undefined;
  if (target === undefined) return { steps: actions, to: rowOf(leaf), finishes: false };
  const domain = domainOf(source, target, transition.reenter);
  const exited = pathTo(leaf)
    .reverse()
    .filter((state) => isBelow(state, domain));
  const passed = statesBetween(domain, target);
  const entered = defaultDescent(target);
  if (source !== target || transition.reenter) entered.unshift(target);
  const next = defaultLeaf(target);
  return {
    steps: [
      ...exited.flatMap(exitSteps),
      ...actions,
      ...passed.flatMap(entrySteps),
      ...entered.flatMap((state) => [...entrySteps(state), ...initialSteps(state)]),
    ],
    to: rowOf(next),
    finishes: next.type === 'final' && entered.includes(next),
  };
}

/**
 * The state that a transition stays inside of: all active states below it are left. Undefined where the root itself is
 * left. Without `reenter` a transition to itself or below stays inside of its source.
 */
export function domainOf(
  source: AnyStateNode,
  target: AnyStateNode,
  reenter: boolean,
): AnyStateNode | undefined {
  if (!reenter && (target === source || isBelow(target, source))) return source;
  for (let above = target.parent; above !== undefined; above = above.parent) {
    if (isBelow(source, above)) return above;
  }
  return reenter ? undefined : source.machine.root;
}

/** The states between domain and target, from the top down. They are entered without the actions of their `initial`. */
function statesBetween(domain: AnyStateNode | undefined, target: AnyStateNode): AnyStateNode[] {
  const between: AnyStateNode[] = [];
  if (target === domain) return between;
  for (let above = target.parent; above !== undefined && above !== domain; above = above.parent)
    between.unshift(above);
  return between;
}

function entrySteps(state: AnyStateNode): Step[] {
  return state.entry.map((action) => compileAction(state, action));
}

function initialSteps(state: AnyStateNode): Step[] {
  return state.initial.actions.map((action) => compileAction(state, action));
}

function exitSteps(state: AnyStateNode): Step[] {
  return state.exit.map((action) => compileAction(state, action));
}
