import { type Line, type Span, span } from './line.ts';
import { cells, clip, shown } from './shown.ts';

/** Cells between two columns. */
const GAP = 2;

/** One column of a table. */
export interface Column<Row> {
  readonly head: string;
  readonly cell: (row: Row) => string | Span;
  /** Numbers stand at the right. Default: false. */
  readonly right?: boolean;
  /** Cells it has at most. Default: 40. */
  readonly widthMax?: number;
  /** In a narrow terminal the column with the greatest number goes first; 0 stays. Default: 0. */
  readonly spare?: number;
}

export interface Table {
  readonly head: Line;
  /** One a row. */
  readonly rows: readonly Line[];
}

const WIDTH_MAX = 40;

/** Rows under a head, in columns as wide as what is in them; columns that find no room in `width` cells are left out. */
export function table<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  width: number,
  selected: number | null = null,
): Table {
  const made = columns.map((column) => {
    const texts = rows.map((row) => cellOf(column, row));
    const widest = Math.max(cells(column.head), ...texts.map(({ text }) => cells(text)));
    return { column, texts, width: Math.min(widest, column.widthMax ?? WIDTH_MAX) };
  });
  const kept = fitting(made, width);
  const row = (index: number): Line => {
    const spans = kept.flatMap(({ column, texts, width: columnWidth }, at) => {
      const { text, style } = texts[index] ?? span('');
      return padded(text, columnWidth, column.right ?? false, at === kept.length - 1, style);
    });
    return index === selected ? spans.map(({ text }) => span(text, 'selected')) : spans;
  };
  const head = kept.flatMap(({ column, width: columnWidth }, at) =>
    padded(column.head, columnWidth, column.right ?? false, at === kept.length - 1, 'bold'),
  );
  return { head, rows: rows.map((_, index) => row(index)) };
}

function cellOf<Row>(column: Column<Row>, row: Row): Span {
  const cell = column.cell(row);
  const { text, style } = typeof cell === 'string' ? span(cell) : cell;
  return span(shown(text), style);
}

interface Fitting {
  readonly column: { readonly spare?: number };
  readonly width: number;
}

function fitting<Made extends Fitting>(made: readonly Made[], width: number): readonly Made[] {
  let kept = made;
  const total = () => kept.reduce((sum, column) => sum + column.width + GAP, -GAP);
  while (total() > width) {
    const most = Math.max(...kept.map(({ column }) => column.spare ?? 0));
    if (most === 0) break;
    const last = kept.findLastIndex(({ column }) => (column.spare ?? 0) === most);
    kept = kept.filter((_, index) => index !== last);
  }
  return kept;
}

function padded(text: string, width: number, right: boolean, isLast: boolean, style: Span['style']): Span[] {
  const clipped = clip(text, width);
  const space = ' '.repeat(width - cells(clipped));
  const gap = isLast ? '' : ' '.repeat(GAP);
  return right ? [span(space), span(clipped, style), span(gap)] : [span(clipped, style), span(space + gap)];
}
