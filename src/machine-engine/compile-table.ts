import type { AnyStateMachine, AnyStateNode, MachineContext, StateValue } from 'xstate';
import { compileExits, compileStart, compileTransition } from './compile-transition.ts';
import { isWildcard } from './event-match.ts';
import { defaultLeaf, pathTo, stateValueOf } from './state-tree.ts';
import { type Candidate, type End, type Move, type Row, type Taken, UNCOUNTED } from './table.ts';
import { candidatesOf, exactTypes, isReserved, leavesOf, transitionsOf } from './transitions.ts';

/** A chart as rows: one for each leaf. */
export interface Table {
  readonly start: Move;
  /** Stands for a machine that failed before its first state was entered. */
  readonly unborn: Row;
  /** The row of a state value, which may be one that another engine made. Throws where the chart has no such state. */
  rowOf(value: StateValue): Row;
}

/** How the transitions of actors are counted. */
export interface Counting {
  /** One line or more, each with a cell for each of `transitionsOf`, in their order. */
  readonly cells: Float64Array;
  /** In which of the lines an actor counts, by its context. Absent: in the first. */
  readonly lineOf?: (context: never) => number;
}

/**
 * Compiles a chart that `checkChart` has passed. One is added to a cell of `counting` each time a transition is taken; absent:
 * nobody counts them. Throws a RangeError where its cells are no whole lines.
 */
export function compileTable(machine: AnyStateMachine, counting?: Counting): Table {
  const root = machine.root as AnyStateNode;
  const taken = takenOf(machine, counting);
  const rows = new Map<AnyStateNode, Row>();
  for (const leaf of leavesOf(machine)) {
    const wild = (type: string) => compileCandidates(leaf, type, rowOfLeaf, () => UNCOUNTED);
    rows.set(leaf, emptyRow(leaf, taken, wild));
  }
  function rowOfLeaf(leaf: AnyStateNode): Row {
    return rows.get(leaf)!;
  }
  let counted = 0;
  for (const [leaf, row] of rows) {
    for (const type of exactTypes(leaf))
      row.candidates.set(
        type,
        compileCandidates(leaf, type, rowOfLeaf, () => counted++),
      );
  }
  const byValue = new Map([...rows.values()].map((row) => [row.value, row]));
  const first = defaultLeaf(root);
  return {
    start: compileStart(root, rowOfLeaf),
    unborn: { ...rowOfLeaf(first), nodes: Object.freeze([root]), tags: new Set(root.tags) },
    rowOf: (value) => byValue.get(value) ?? rowOfLeaf(leafOf(machine, value)),
  };
}

function takenOf(machine: AnyStateMachine, counting: Counting | undefined): Taken {
  const width = transitionsOf(machine).length;
  const { cells, lineOf = () => 0 } = counting ?? { cells: new Float64Array(width) };
  const isWhole = width === 0 ? cells.length === 0 : cells.length > 0 && cells.length % width === 0;
  if (!isWhole)
    throw new RangeError(`${cells.length} cells for the ${width} transitions of machine "${machine.id}"`);
  return { cells, width, lineOf: lineOf as (context: MachineContext) => number };
}

function emptyRow(leaf: AnyStateNode, taken: Taken, wildFor: (type: string) => readonly Candidate[]): Row {
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
    taken,
    wild: hasWildcard ? (type) => (isReserved(type) ? [] : wildFor(type)) : null,
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

function compileCandidates(
  leaf: AnyStateNode,
  type: string,
  rowOf: (leaf: AnyStateNode) => Row,
  count: () => number,
): readonly Candidate[] {
  return candidatesOf(leaf, type).map((transition) => compileTransition(leaf, transition, rowOf, count()));
}

function leafOf(machine: AnyStateMachine, value: StateValue): AnyStateNode {
  const { _nodes } = machine.resolveState({ value, context: {} });
  return _nodes.find(({ type }) => type !== 'compound') as AnyStateNode;
}
