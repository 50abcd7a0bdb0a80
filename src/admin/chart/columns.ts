import type { AnyStateMachine, AnyStateNode } from 'xstate';
import { children } from './edges.ts';
import { BOX_WIDTH, type Hand, LABEL_GAP, LANE_GAP, MARGIN, textWidth } from './geometry.ts';
import type { Route } from './routes.ts';
import { leavesOf, type Rows } from './rows.ts';

/** Horizontal extents: of frames below the machine's own, and of the lanes beside them. */
export interface Columns {
  readonly frames: ReadonlyMap<AnyStateNode, { readonly left: number; readonly right: number }>;
  /** Where the lane to a state runs. */
  readonly lanes: ReadonlyMap<AnyStateNode, number>;
  /** Outer edges of everything. */
  readonly left: number;
  readonly right: number;
}

/** Lanes run outside of all boxes, frames and labels of their hand; those to upper states run further in. */
export function arrangeColumns(machine: AnyStateMachine, rows: Rows, routes: readonly Route[]): Columns {
  const frames = new Map(children(machine.root).flatMap((node) => frameExtents(node, rows)));
  const lanes = new Map<AnyStateNode, number>();
  const edges = ([-1, 1] as const).map((hand) => {
    const reach = reachOf(hand, machine, rows, routes, frames);
    const targets = laneTargets(routes, hand);
    targets.forEach((target, index) => {
      lanes.set(target, hand * (reach + MARGIN + index * LANE_GAP));
    });
    const rootLabels = routes.filter((route) => route.source === machine.root && route.hand === hand);
    const labels = Math.max(0, ...rootLabels.map(({ lines }) => LABEL_GAP + textWidth(lines)));
    const used = targets.length === 0 ? reach : reach + MARGIN + (targets.length - 1) * LANE_GAP + labels;
    return hand * (used + MARGIN);
  });
  return { frames, lanes, left: edges[0] ?? 0, right: edges[1] ?? 0 };
}

/** The targets of one hand's lanes, in the order of the rows. */
function laneTargets(routes: readonly Route[], hand: Hand): AnyStateNode[] {
  const lanes = routes.filter((route) => route.kind === 'lane' && route.hand === hand);
  return [...new Set(lanes.map(({ target }) => target))];
}

type Extents = Map<AnyStateNode, { left: number; right: number }>;

/** How far to one side boxes, frames and the labels beside them reach, as a distance from x = 0. */
function reachOf(
  hand: Hand,
  machine: AnyStateMachine,
  rows: Rows,
  routes: readonly Route[],
  frames: Extents,
): number {
  const edgeOf = (node: AnyStateNode): number => {
    const left = rows.left.get(node) ?? 0;
    const { left: from, right: to } = frames.get(node) ?? { left, right: left + BOX_WIDTH };
    return hand * (hand < 0 ? from : to);
  };
  const labels = routes
    .filter((route) => route.hand === hand && route.source !== machine.root)
    .map((route) => {
      const edge = route.kind === 'down' || route.kind === 'elbow' ? hand * route.x : edgeOf(route.source);
      return edge + LABEL_GAP * 2 + textWidth(route.lines);
    });
  return Math.max(...leavesOf(machine.root).map(edgeOf), ...[...frames.keys()].map(edgeOf), ...labels);
}

function frameExtents(node: AnyStateNode, rows: Rows): [AnyStateNode, { left: number; right: number }][] {
  const inner = children(node);
  if (inner.length === 0) return [];
  const nested = new Map(inner.flatMap((child) => frameExtents(child, rows)));
  const spans = inner.map((child) => {
    const left = rows.left.get(child) ?? 0;
    return nested.get(child) ?? { left, right: left + BOX_WIDTH };
  });
  const left = Math.min(...spans.map((span) => span.left)) - MARGIN;
  const right = Math.max(...spans.map((span) => span.right)) + MARGIN;
  return [[node, { left, right }], ...nested];
}
