import type { AnyStateMachine, AnyStateNode, StateValue } from 'xstate';
import { compileExits, compileStart, compileTransition } from './compile-transition.ts';
import { isWildcard, ownTransitions } from './event-match.ts';
import { defaultLeaf, pathTo, statesBelow, stateValueOf } from './state-tree.ts';
import type { Candidate, End, Move, Row } from './table.ts';

/** Types that are the actor's own words: no transition is ever taken on them. */
const RESERVED = ['xstate.init', 'xstate.stop'];

/** A chart as rows: one for each leaf. */
export interface Table {
  readonly start: Move;
  /** Stands for a machine that failed before its first state was entered. */
  readonly unborn: Row;
  /** The row of a state value, which may be one that another engine made. Throws where the chart has no such state. */
  rowOf(value: StateValue): Row;
}

/** Compiles a chart that `checkChart` has passed. */
export function compileTable(machine: AnyStateMachine): Table {
  const root = machine.root as AnyStateNode;
  const rows = new Map<AnyStateNode, Row>();
  for (const leaf of statesBelow(root)) {
    if (leaf.type === 'compound') continue;
    rows.set(
      leaf,
      emptyRow(leaf, (type) => candidatesFor(leaf, type, rowOfLeaf)),
    );
  }
  function rowOfLeaf(leaf: AnyStateNode): Row {
    return rows.get(leaf)!;
  }
  for (const [leaf, row] of rows) {
    for (const type of exactTypes(leaf)) row.candidates.set(type, candidatesFor(leaf, type, rowOfLeaf));
  }
  const byValue = new Map([...rows.values()].map((row) => [row.value, row]));
  const first = defaultLeaf(root);
  return {
    start: compileStart(root, rowOfLeaf),
    unborn: { ...rowOfLeaf(first), nodes: Object.freeze([root]), tags: new Set(root.tags) },
    rowOf: (value) => byValue.get(value) ?? rowOfLeaf(leafOf(machine, value)),
  };
}

function emptyRow(leaf: AnyStateNode, wildFor: (type: string) => readonly Candidate[]): Row {
  const path = pathTo(leaf);
  const end = leaf.type === 'final' ? endOf(leaf) : null;
  // XState keeps the states of a machine that is done from the leaf up; their order shows in `toJSON` and `getMeta`.
  const nodes = end?.machine ? path.toReversed() : path;
  const hasWildcard = path.some((state) => [...state.transitions.keys()].some(isWildcard));
  return {
    leaf,
    value: stateValueOf(leaf),
    nodes: Object.freeze(nodes),
    tags: new Set(nodes.flatMap((state) => state.tags)),
    candidates: new Map(),
    wild: hasWildcard ? (type) => (RESERVED.includes(type) ? [] : wildFor(type)) : null,
    end,
  };
}

function endOf(leaf: AnyStateNode): End {
  const parent = leaf.parent!;
  const root = leaf.machine.root as AnyStateNode;
  return {
    doneType: `xstate.done.state.${parent.id}`,
    output: leaf.output,
    machine:
      parent === root
        ? { doneType: `xstate.done.state.${leaf.id}`, output: root.output, exits: compileExits(leaf) }
        : null,
  };
}

/** Every type that a leaf or a state above it names, wildcards apart. */
function exactTypes(leaf: AnyStateNode): ReadonlySet<string> {
  const types = pathTo(leaf).flatMap((state) => [...state.transitions.keys()]);
  return new Set(types.filter((type) => !isWildcard(type) && !RESERVED.includes(type)));
}

/** What may be taken on a type: up to the first without a guard, since nothing after it is ever asked. */
function candidatesFor(
  leaf: AnyStateNode,
  type: string,
  rowOf: (leaf: AnyStateNode) => Row,
): readonly Candidate[] {
  const all = pathTo(leaf)
    .reverse()
    .flatMap((state) => ownTransitions(state, type));
  const last = all.findIndex(({ guard }) => !guard);
  return all
    .slice(0, last === -1 ? undefined : last + 1)
    .map((transition) => compileTransition(leaf, transition, rowOf));
}

function leafOf(machine: AnyStateMachine, value: StateValue): AnyStateNode {
  const { _nodes } = machine.resolveState({ value, context: {} });
  return _nodes.find(({ type }) => type !== 'compound') as AnyStateNode;
}
