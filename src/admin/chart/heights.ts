import type { AnyStateMachine, AnyStateNode } from 'xstate';
import { children, descendants } from './edges.ts';
import { BOX_HEIGHT, FRAME_TITLE, type Hand, MARGIN, MARKER, textHeight } from './geometry.ts';
import type { Route } from './routes.ts';
import { entryLeaf, leavesOf, type Rows } from './rows.ts';

/** Vertical extents of the rows, the boxes in them and the frames around them. */
export interface Heights {
  readonly rowTop: readonly number[];
  readonly rowHeight: readonly number[];
  readonly frames: ReadonlyMap<AnyStateNode, { readonly top: number; readonly bottom: number }>;
}

/** Room between two rows without labels. */
const ROW_GAP = 34;

/** Room below the lines of a label. */
const LABEL_FOOT = 12;

/** Room a line without a label takes at the side of a box. */
const PORT = 18;

/**
 * Rows are as high as the labels at their boxes' sides need; the room between two is what the labels of the arrows
 * there need, with the titles and markers of the frames that begin.
 */
export function arrangeHeights(machine: AnyStateMachine, rows: Rows, routes: readonly Route[]): Heights {
  const rowTop: number[] = [];
  const rowHeight = rows.rows.map((leaves) => Math.max(...leaves.map((leaf) => boxHeight(leaf, routes))));
  const frames = frameRows(machine, rows);
  let y = FRAME_TITLE + MARKER + MARGIN;
  for (const [index, height] of rowHeight.entries()) {
    const starting = frames.filter(({ first }) => first === index).length;
    const ending = frames.filter(({ last }) => last === index).length;
    y += starting * (FRAME_TITLE + MARKER);
    rowTop.push(y);
    y += height + ending * MARGIN + gapBelow(index, rows, routes);
  }
  const bounds = frames.map(({ node, first, last }) => {
    const outer = frames.filter((other) => other.first === first && isDeeper(other.node, node)).length;
    const inner = frames.filter((other) => other.last === last && isDeeper(other.node, node)).length;
    const top = (rowTop[first] ?? 0) - (outer + 1) * (FRAME_TITLE + MARKER);
    return [
      node,
      { top, bottom: (rowTop[last] ?? 0) + (rowHeight[last] ?? 0) + (inner + 1) * MARGIN },
    ] as const;
  });
  return { rowTop, rowHeight, frames: new Map(bounds) };
}

/** What stands at one side of a box, from top to bottom: its own arrows, then the one that comes in. */
export interface Port {
  readonly route: Route | null;
  /** Height of the port; its line runs at the foot of it. */
  readonly height: number;
}

/** The ports of one side of a leaf; elbows come last, since they lead down. */
export function portsOf(leaf: AnyStateNode, hand: Hand, routes: readonly Route[]): Port[] {
  const order = { lane: 1, loop: 0, elbow: 2, down: 3 };
  const own = routes
    .filter((route) => route.source === leaf && route.hand === hand && route.kind !== 'down')
    .sort((a, b) => order[a.kind] - order[b.kind])
    .map((route) => ({ route, height: textHeight(route.lines) + LABEL_FOOT }));
  const comesIn = routes.some(
    (route) => route.kind === 'lane' && route.hand === hand && entryLeaf(route.target) === leaf,
  );
  return comesIn ? [...own, { route: null, height: PORT }] : own;
}

function boxHeight(leaf: AnyStateNode, routes: readonly Route[]): number {
  const sides = ([-1, 1] as const).map((hand) =>
    portsOf(leaf, hand, routes).reduce((sum, port) => sum + port.height, 0),
  );
  return Math.max(BOX_HEIGHT, ...sides.map((side) => side + LABEL_FOOT));
}

function gapBelow(row: number, rows: Rows, routes: readonly Route[]): number {
  const labels = routes
    .filter((route) => route.kind === 'down' && rows.row.get(route.source) === row)
    .map((route) => textHeight(route.lines) + LABEL_FOOT * 2);
  return Math.max(ROW_GAP, ...labels);
}

interface FrameRows {
  readonly node: AnyStateNode;
  readonly first: number;
  readonly last: number;
}

function frameRows(machine: AnyStateMachine, rows: Rows): FrameRows[] {
  const nodes = descendants(machine.root).filter(
    (node) => node !== machine.root && children(node).length > 0,
  );
  return nodes.map((node) => {
    const inside = leavesOf(node).map((leaf) => rows.row.get(leaf) ?? 0);
    return { node, first: Math.min(...inside), last: Math.max(...inside) };
  });
}

function isDeeper(node: AnyStateNode, than: AnyStateNode): boolean {
  return node.path.length > than.path.length;
}
