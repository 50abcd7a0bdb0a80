import type { AnyStateMachine } from 'xstate';
import { arrangeColumns } from './columns.ts';
import { children, descendants } from './edges.ts';
import { BOX_WIDTH, type Frame, LABEL_GAP, MARGIN, MARKER, type Picture, type Wire } from './geometry.ts';
import { arrangeHeights } from './heights.ts';
import { boxOf, type Placed } from './placed.ts';
import { planRoutes } from './routes.ts';
import { arrangeRows, entryLeaf, leavesOf } from './rows.ts';
import { drawRoutes } from './wires.ts';

/**
 * Lays out a chart: states in rows from the initial one down, arrows to the row below straight, all others in lanes at
 * the sides. Made for charts that mostly run one way; it knows no parallel states.
 */
export function layOut(machine: AnyStateMachine): Picture {
  const rows = arrangeRows(machine);
  const routes = planRoutes(machine, rows);
  const columns = arrangeColumns(machine, rows, routes);
  const heights = arrangeHeights(machine, rows, routes);
  const placed: Placed = { machine, rows, columns, heights };
  const lastRow = rows.rows.length - 1;
  const bottom = (heights.rowTop[lastRow] ?? 0) + (heights.rowHeight[lastRow] ?? 0) + MARGIN;
  const { wires, labels } = drawRoutes(placed, routes);
  return {
    left: columns.left,
    top: 0,
    width: columns.right - columns.left,
    height: bottom,
    frames: framesOf(placed, bottom),
    boxes: leavesOf(machine.root).map((leaf) => boxOf(leaf, placed)),
    wires: [...markers(placed), ...wires],
    labels,
  };
}

function framesOf({ machine, columns, heights }: Placed, bottom: number): Frame[] {
  const root: Frame = {
    name: machine.id,
    description: machine.root.description ?? '',
    depth: 0,
    left: columns.left,
    top: 0,
    right: columns.right,
    bottom,
  };
  const inner = [...columns.frames].map(([node, { left, right }]) => ({
    name: node.key,
    description: node.description ?? '',
    depth: node.path.length,
    left,
    right,
    ...(heights.frames.get(node) ?? { top: 0, bottom: 0 }),
  }));
  return [root, ...inner];
}

/** The short arrow from a dot to the state that is entered first, in each frame. */
function markers(placed: Placed): Wire[] {
  const nodes = descendants(placed.machine.root).filter((node) => children(node).length > 0);
  return nodes.map((node) => {
    const { left, top } = boxOf(entryLeaf(node), placed);
    const x = left + BOX_WIDTH / 2;
    return {
      route: null,
      points: [
        [x, top - MARKER + LABEL_GAP / 2],
        [x, top],
      ],
      arrow: true,
      dot: true,
    };
  });
}
