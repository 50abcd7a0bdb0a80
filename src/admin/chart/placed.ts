import type { AnyStateMachine, AnyStateNode } from 'xstate';
import type { Columns } from './columns.ts';
import { BOX_WIDTH, type Box } from './geometry.ts';
import type { Heights } from './heights.ts';
import type { Rows } from './rows.ts';

/** Where everything of a chart stands. */
export interface Placed {
  readonly machine: AnyStateMachine;
  readonly rows: Rows;
  readonly columns: Columns;
  readonly heights: Heights;
}

/** The box of a leaf state. */
export function boxOf(leaf: AnyStateNode, { rows, heights }: Placed): Box {
  const row = rows.row.get(leaf) ?? 0;
  return {
    name: leaf.key,
    description: leaf.description ?? '',
    final: leaf.type === 'final',
    left: rows.left.get(leaf) ?? 0,
    top: heights.rowTop[row] ?? 0,
    width: BOX_WIDTH,
    height: heights.rowHeight[row] ?? 0,
  };
}
