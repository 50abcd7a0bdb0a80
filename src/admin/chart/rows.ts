import type { AnyStateMachine, AnyStateNode } from 'xstate';
import { chartEdges, children, descendants } from './edges.ts';
import { BOX_GAP, BOX_WIDTH } from './geometry.ts';

/** Where the leaf states of a chart stand: rows from the initial state down, and the left edge in a row. */
export interface Rows {
  readonly rows: readonly (readonly AnyStateNode[])[];
  readonly row: ReadonlyMap<AnyStateNode, number>;
  readonly left: ReadonlyMap<AnyStateNode, number>;
}

/**
 * A leaf stands one row below the lowest state that leads to it; arrows that lead back up are left out of account. Each
 * row is centred on x = 0, in the order of the chart.
 */
export function arrangeRows(machine: AnyStateMachine): Rows {
  const successors = forwardSuccessors(machine);
  const row = new Map<AnyStateNode, number>();
  const sink = (leaf: AnyStateNode, depth: number): void => {
    if ((row.get(leaf) ?? -1) >= depth) return;
    row.set(leaf, depth);
    for (const next of successors.get(leaf) ?? []) sink(next, depth + 1);
  };
  const leaves = leavesOf(machine.root);
  sink(entryLeaf(machine.root), 0);
  for (const leaf of leaves) if (!row.has(leaf)) sink(leaf, 0);
  const rows: AnyStateNode[][] = [];
  for (const leaf of leaves) {
    const index = row.get(leaf) ?? 0;
    rows[index] = [...(rows[index] ?? []), leaf];
  }
  return { rows, row, left: new Map(rows.flatMap(spreadRow)) };
}

/** The leaf that is entered with a state. */
export function entryLeaf(node: AnyStateNode): AnyStateNode {
  const initial = children(node).length === 0 ? undefined : node.initial.target[0];
  return initial === undefined ? node : entryLeaf(initial);
}

export function leavesOf(node: AnyStateNode): AnyStateNode[] {
  return descendants(node).filter((state) => children(state).length === 0);
}

function spreadRow(leaves: readonly AnyStateNode[]): [AnyStateNode, number][] {
  const width = leaves.length * BOX_WIDTH + (leaves.length - 1) * BOX_GAP;
  return leaves.map((leaf, index) => [leaf, index * (BOX_WIDTH + BOX_GAP) - width / 2]);
}

/** Leaf to the leaves it leads to, found by a walk from the initial state that drops every arrow back to its own path. */
function forwardSuccessors(machine: AnyStateMachine): Map<AnyStateNode, Set<AnyStateNode>> {
  const all = new Map<AnyStateNode, Set<AnyStateNode>>();
  for (const { source, target } of chartEdges(machine)) {
    if (target === null) continue;
    for (const leaf of leavesOf(source)) all.set(leaf, (all.get(leaf) ?? new Set()).add(entryLeaf(target)));
  }
  const forward = new Map<AnyStateNode, Set<AnyStateNode>>();
  const path = new Set<AnyStateNode>();
  const walk = (leaf: AnyStateNode): void => {
    if (forward.has(leaf)) return;
    const kept = new Set<AnyStateNode>();
    forward.set(leaf, kept);
    path.add(leaf);
    for (const next of all.get(leaf) ?? []) {
      if (path.has(next)) continue;
      kept.add(next);
      walk(next);
    }
    path.delete(leaf);
  };
  walk(entryLeaf(machine.root));
  for (const leaf of leavesOf(machine.root)) walk(leaf);
  return forward;
}
