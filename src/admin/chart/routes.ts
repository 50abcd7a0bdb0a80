import type { AnyStateMachine, AnyStateNode } from 'xstate';
import { type ChartEdge, chartEdges, children, edgeLabel, isInside } from './edges.ts';
import { BOX_WIDTH, type Hand, type Told } from './geometry.ts';
import { entryLeaf, leavesOf, type Rows } from './rows.ts';

/**
 * How one arrow of the picture runs; all transitions from one state to another share an arrow and have a line each.
 * - `loop`: beside a state that is left and entered again.
 * - `down`: straight from the lower edge of a state to the row below, at `x`.
 * - `elbow`: from the side of a state, then down to the upper edge of a state further below, at `x`.
 * - `lane`: from the side of a state into the vertical lane that leads to the target; lanes are shared by target.
 */
export interface Route {
  readonly kind: 'loop' | 'down' | 'elbow' | 'lane';
  readonly source: AnyStateNode;
  readonly target: AnyStateNode;
  readonly lines: readonly string[];
  /** Of each line. */
  readonly told: readonly Told[];
  readonly hand: Hand;
  readonly x: number;
}

/** Free room that a line keeps from a box it passes. */
const CLEARANCE = 12;

/** An arrow for each pair of states; transitions that leave no state are not drawn. */
export function planRoutes(machine: AnyStateMachine, rows: Rows): Route[] {
  const edges = chartEdges(machine);
  return pairs(edges).map(([source, target, lines]) => ({
    source,
    target,
    lines: [...lines.keys()],
    told: [...lines.values()].map((event) => ({ event, from: leftBy(source, event, edges) })),
    ...course(source, target, rows),
  }));
}

/** The leaves in a state that are left by its event: those that have, or are within what has, none of the same event. */
function leftBy(source: AnyStateNode, event: string, edges: readonly ChartEdge[]): string[] {
  const nearer = edges.filter((edge) => edge.event === event && isInside(edge.source, source));
  return leavesOf(source)
    .filter((leaf) => leaf.type !== 'final')
    .filter((leaf) => !nearer.some((edge) => edge.source === leaf || isInside(leaf, edge.source)))
    .map(({ key }) => key);
}

type Pair = [source: AnyStateNode, target: AnyStateNode, eventOfLine: Map<string, string>];

function pairs(edges: readonly ChartEdge[]): Pair[] {
  const found: Pair[] = [];
  for (const edge of edges) {
    const { source, target } = edge;
    if (target === null) continue;
    const line = lineOf(edge, edges);
    const pair = found.find((known) => known[0] === source && known[1] === target);
    if (pair === undefined) found.push([source, target, new Map([[line, edge.event]])]);
    else pair[2].set(line, edge.event);
  }
  return found;
}

/** Candidates of one event that all lead to the same state are told apart by actions only: one line, without guards. */
function lineOf(edge: ChartEdge, edges: readonly ChartEdge[]): string {
  const rivals = edges.filter((other) => other.source === edge.source && other.event === edge.event);
  const agreed =
    rivals.length > 1 &&
    rivals.every(({ target }) => target === edge.target) &&
    rivals.at(-1)?.guard === null;
  return edgeLabel(agreed ? { ...edge, guard: null, otherwise: false } : edge, false);
}

function course(source: AnyStateNode, target: AnyStateNode, rows: Rows): Pick<Route, 'kind' | 'hand' | 'x'> {
  if (source === target) return { kind: 'loop', hand: -1, x: 0 };
  const leaf = entryLeaf(target);
  if (children(source).length === 0) {
    const steps = rowOf(leaf, rows) - rowOf(source, rows);
    const shared = steps === 1 ? sharedX(source, leaf, rows) : null;
    if (shared !== null) return { kind: 'down', hand: shared < 0 ? -1 : 1, x: shared };
    const free = steps > 1 && leaf === target ? freeX(source, leaf, rows) : null;
    if (free !== null) return { kind: 'elbow', hand: free < 0 ? -1 : 1, x: free };
  }
  return { kind: 'lane', hand: rowOf(leaf, rows) === rows.rows.length - 1 ? 1 : -1, x: 0 };
}

function rowOf(leaf: AnyStateNode, rows: Rows): number {
  return rows.row.get(leaf) ?? 0;
}

function leftOf(leaf: AnyStateNode, rows: Rows): number {
  return rows.left.get(leaf) ?? 0;
}

/** The middle of the stretch in which two boxes stand above each other, or null. */
function sharedX(upper: AnyStateNode, lower: AnyStateNode, rows: Rows): number | null {
  const from = Math.max(leftOf(upper, rows), leftOf(lower, rows));
  const to = Math.min(leftOf(upper, rows), leftOf(lower, rows)) + BOX_WIDTH;
  return to - from < 2 * CLEARANCE ? null : (from + to) / 2;
}

/** An x above the target that passes beside the source and all boxes between, or null. */
function freeX(source: AnyStateNode, target: AnyStateNode, rows: Rows): number | null {
  const between = rows.rows.slice(rowOf(source, rows), rowOf(target, rows)).flat();
  const left = leftOf(target, rows);
  const candidates = [left + BOX_WIDTH / 4, left + (3 * BOX_WIDTH) / 4];
  const isFree = (x: number): boolean =>
    between.every((leaf) => {
      const edge = leftOf(leaf, rows);
      return x < edge - CLEARANCE || x > edge + BOX_WIDTH + CLEARANCE;
    });
  return candidates.find(isFree) ?? null;
}
